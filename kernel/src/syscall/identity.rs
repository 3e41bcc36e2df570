//! Who a process is and what it may: credentials(7), setuid(2) and its relatives, getgroups(2), capget(2).

use super::arg::{Id, Pointer};
use super::caller::Caller;
use crate::process::{self, Capabilities, Ids, Pid};
use alloc::sync::Arc;
use alloc::vec::Vec;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The most further groups that a process can be in (NGROUPS_MAX).
const MOST_GROUPS: usize = 65536;

/// getuid(2)
pub(super) fn getuid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().user.real)
}

/// geteuid(2)
pub(super) fn geteuid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().user.effective)
}

/// getgid(2)
pub(super) fn getgid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().group.real)
}

/// getegid(2)
pub(super) fn getegid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().group.effective)
}

/// getresuid(2)
pub(super) fn getresuid(caller: &mut Caller, real: Pointer, effective: Pointer, saved: Pointer) -> Result<()> {
    tell(caller, caller.process().credentials().user, [real, effective, saved])
}

/// getresgid(2)
pub(super) fn getresgid(caller: &mut Caller, real: Pointer, effective: Pointer, saved: Pointer) -> Result<()> {
    tell(caller, caller.process().credentials().group, [real, effective, saved])
}

/// setuid(2)
pub(super) fn setuid(caller: &mut Caller, id: Id) -> Result<()> {
    let id = id.0.ok_or(Errno::EINVAL)?;
    caller.process().change_user(|ids, may| ids.set(id, may))
}

/// setgid(2)
pub(super) fn setgid(caller: &mut Caller, id: Id) -> Result<()> {
    let id = id.0.ok_or(Errno::EINVAL)?;
    caller.process().change_group(|ids, may| ids.set(id, may))
}

/// setreuid(2)
pub(super) fn setreuid(caller: &mut Caller, real: Id, effective: Id) -> Result<()> {
    caller.process().change_user(|ids, may| ids.set_two(real.0, effective.0, may))
}

/// setregid(2)
pub(super) fn setregid(caller: &mut Caller, real: Id, effective: Id) -> Result<()> {
    caller.process().change_group(|ids, may| ids.set_two(real.0, effective.0, may))
}

/// setresuid(2)
pub(super) fn setresuid(caller: &mut Caller, real: Id, effective: Id, saved: Id) -> Result<()> {
    caller.process().change_user(|ids, may| ids.set_three([real.0, effective.0, saved.0], may))
}

/// setresgid(2)
pub(super) fn setresgid(caller: &mut Caller, real: Id, effective: Id, saved: Id) -> Result<()> {
    caller.process().change_group(|ids, may| ids.set_three([real.0, effective.0, saved.0], may))
}

/// setfsuid(2): tells the old id, and never whether it could be changed
pub(super) fn setfsuid(caller: &mut Caller, id: Id) -> Result<u32> {
    let (old, own) = (caller.lookup()?.credentials.user, caller.process().credentials());
    let may = |id| own.may(linux::CAP_SETUID) || id == old || own.user.set_three([Some(id); 3], false).is_ok();
    if let Some(id) = id.0.filter(|&id| may(id)) {
        caller.process().change_file_ids(|ids| ids.user = id);
    }
    Ok(old)
}

/// setfsgid(2): likewise
pub(super) fn setfsgid(caller: &mut Caller, id: Id) -> Result<u32> {
    let (old, own) = (caller.lookup()?.credentials.group, caller.process().credentials());
    let may = |id| own.may(linux::CAP_SETGID) || id == old || own.group.set_three([Some(id); 3], false).is_ok();
    if let Some(id) = id.0.filter(|&id| may(id)) {
        caller.process().change_file_ids(|ids| ids.group = id);
    }
    Ok(old)
}

/// getgroups(2)
pub(super) fn getgroups(caller: &mut Caller, room: i32, into: Pointer) -> Result<usize> {
    let room = usize::try_from(room).map_err(|_| Errno::EINVAL)?;
    let groups = caller.lookup()?.credentials.groups.clone();
    if room == 0 {
        return Ok(groups.len());
    }
    if room < groups.len() {
        return Err(Errno::EINVAL);
    }
    for (index, group) in groups.iter().enumerate() {
        caller.write(into.0.wrapping_add(4 * index as u64), &group.to_le_bytes())?;
    }
    Ok(groups.len())
}

/// setgroups(2)
pub(super) fn setgroups(caller: &mut Caller, count: i32, from: Pointer) -> Result<()> {
    caller.process().credentials().need(linux::CAP_SETGID)?;
    let count = usize::try_from(count).ok().filter(|&count| count <= MOST_GROUPS).ok_or(Errno::EINVAL)?;
    let mut groups = Vec::new();
    groups.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
    for index in 0..count {
        let [group] = caller.halves(from.0.wrapping_add(4 * index as u64))?;
        groups.push(group);
    }
    groups.sort_unstable();
    let groups = Arc::new(groups);
    caller.process().change_file_ids(|ids| ids.groups = groups);
    Ok(())
}

/// capget(2)
pub(super) fn capget(caller: &mut Caller, header: Pointer, into: Pointer) -> Result<()> {
    let (words, pid) = match capability_header(caller, header) {
        // A null pointer means that only the version is asked for.
        Err(Errno::EINVAL) if into.0 == 0 => return Ok(()),
        header => header?,
    };
    let pid = u32::try_from(pid).map_err(|_| Errno::EINVAL)?;
    let process = if pid == 0 { caller.process().clone() } else { process::find(Pid(pid))? };
    let Some(into) = into.non_null() else { return Ok(()) };
    let own = process.credentials().capabilities;
    for word in 0..words {
        let part = |set: u64| (set >> (32 * word)) as u32;
        let parts = [own.effective, own.permitted, own.inheritable].map(|set| part(set).to_le_bytes());
        caller.write(into + 12 * u64::from(word), parts.as_flattened())?;
    }
    Ok(())
}

/// capset(2)
pub(super) fn capset(caller: &mut Caller, header: Pointer, from: Pointer) -> Result<()> {
    let (words, pid) = capability_header(caller, header)?;
    if pid != 0 && pid as u32 != caller.thread().id().0 {
        return Err(Errno::EPERM);
    }
    let [mut effective, mut permitted, mut inheritable] = [0u64; 3];
    for word in 0..words {
        let parts: [u32; 3] = caller.halves(from.0.wrapping_add(12 * u64::from(word)))?;
        for (set, part) in [&mut effective, &mut permitted, &mut inheritable].into_iter().zip(parts) {
            *set |= u64::from(part) << (32 * word);
        }
    }
    caller.process().change_rights(|own| {
        own.capabilities = own.capabilities.with(effective, permitted, inheritable)?;
        Ok(())
    })
}

/// How many words of 32 bits the sets have in the version of a header, and whose they are. An unknown version is answered by the
/// preferred one, and `EINVAL`.
fn capability_header(caller: &Caller, header: Pointer) -> Result<(u32, i32)> {
    let [version, pid] = caller.halves(header.0)?;
    match version {
        linux::_LINUX_CAPABILITY_VERSION_1 => Ok((1, pid as i32)),
        linux::_LINUX_CAPABILITY_VERSION_2 | linux::_LINUX_CAPABILITY_VERSION_3 => Ok((2, pid as i32)),
        _ => {
            caller.write(header.0, &linux::_LINUX_CAPABILITY_VERSION_3.to_le_bytes())?;
            Err(Errno::EINVAL)
        }
    }
}

fn tell(caller: &Caller, ids: Ids, into: [Pointer; 3]) -> Result<()> {
    for (id, into) in [ids.real, ids.effective, ids.saved].into_iter().zip(into) {
        caller.write(into.0, &id.to_le_bytes())?;
    }
    Ok(())
}

const _: () = assert!(size_of::<Capabilities>() == 5 * 8, "capget tells three of five sets");
