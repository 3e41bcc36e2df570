//! What a process may use and has used: getrlimit(2), getrusage(2), times(2), getcpu(2).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::{self, Limit, Pid, Process, TICK, Used};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::clock;

/// getrlimit(2)
pub(super) fn getrlimit(caller: &mut Caller, kind: u32, into: Pointer) -> Result<()> {
    let limit = caller.process().change_limits(|limits| limits.get(kind))?;
    caller.write_words(into.0, [limit.soft, limit.hard])
}

/// setrlimit(2)
pub(super) fn setrlimit(caller: &mut Caller, kind: u32, from: Pointer) -> Result<()> {
    let [soft, hard] = caller.words(from.0)?;
    set_limit(caller, &caller.process().clone(), kind, Limit { soft, hard })
}

/// prlimit(2)
pub(super) fn prlimit64(caller: &mut Caller, pid: Pid, kind: u32, new: Pointer, old: Pointer) -> Result<()> {
    let process = if pid.0 == 0 { caller.process().clone() } else { process::find(pid)? };
    let is_own = Arc::ptr_eq(&process, caller.process());
    if !is_own && !caller.process().credentials().matches(&process.credentials()) {
        return Err(Errno::EPERM);
    }
    let limit = process.change_limits(|limits| limits.get(kind))?;
    if let Some(new) = new.non_null() {
        let [soft, hard] = caller.words(new)?;
        set_limit(caller, &process, kind, Limit { soft, hard })?;
    }
    match old.non_null() {
        Some(old) => caller.write_words(old, [limit.soft, limit.hard]),
        None => Ok(()),
    }
}

fn set_limit(caller: &Caller, process: &Process, kind: u32, limit: Limit) -> Result<()> {
    let may_raise = caller.process().credentials().may(linux::CAP_SYS_RESOURCE);
    process.change_limits(|limits| limits.set(kind, limit, may_raise))?;
    process.watch_clock();
    let limits = process.limits().memory();
    process.space()?.set_limits(caller.ctx, limits);
    Ok(())
}

/// getrusage(2)
pub(super) fn getrusage(caller: &mut Caller, who: i32, into: Pointer) -> Result<()> {
    const SELF: i32 = linux::RUSAGE_SELF as i32;
    const THREAD: i32 = linux::RUSAGE_THREAD as i32;
    let process = caller.process();
    let used = match who {
        SELF => process.used(),
        linux::RUSAGE_CHILDREN => process.past().children,
        THREAD => caller.thread().used(),
        _ => return Err(Errno::EINVAL),
    };
    caller.write(into.0, &encode(&used, caller.process().most_resident(who == linux::RUSAGE_CHILDREN)))
}

/// times(2)
pub(super) fn times(caller: &mut Caller, into: Pointer) -> Result<u64> {
    if let Some(into) = into.non_null() {
        let (own, children) = (caller.process().used(), caller.process().past().children);
        let ticks = [own.usage.user, own.usage.system, children.usage.user, children.usage.system];
        caller.write_words(into, ticks.map(|time| time / TICK))?;
    }
    Ok(clock::now().0 / TICK)
}

/// `struct rusage`
pub(super) fn encode(used: &Used, most_resident: usize) -> [u8; size_of::<linux::rusage>()] {
    let time = |nanoseconds: u64| {
        let time = TimeSpec::from_nanoseconds(nanoseconds);
        [time.seconds() as u64, u64::from(time.nanoseconds() / 1000)]
    };
    let ([user, user_micro], [system, system_micro]) = (time(used.usage.user), time(used.usage.system));
    let mut words = [0u64; size_of::<linux::rusage>() / 8];
    words[..5].copy_from_slice(&[user, user_micro, system, system_micro, (most_resident * PAGE_SIZE / 1024) as u64]);
    words[8] = used.faults;
    (words[16], words[17]) = (used.usage.waited, used.usage.preempted);
    let mut bytes = [0; size_of::<linux::rusage>()];
    bytes.copy_from_slice(words.map(u64::to_le_bytes).as_flattened());
    bytes
}

/// getcpu(2)
pub(super) fn getcpu(caller: &mut Caller, cpu: Pointer, node: Pointer) -> Result<()> {
    for into in [cpu, node].into_iter().filter_map(Pointer::non_null) {
        caller.write(into, &[0; 4])?;
    }
    Ok(())
}
