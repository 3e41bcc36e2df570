//! Being told of files by signals, and leases: `F_SETOWN`, `F_SETSIG`, `F_SETLEASE` and their relatives of fcntl(2).

use super::arg::Fd;
use super::caller::Caller;
use crate::fs::inode::Kind;
use crate::fs::leases::Lease;
use crate::fs::open_file::OpenFile;
use crate::process::Owner;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// Does one of these commands; `EINVAL` for one that is not known at all.
pub(super) fn control(caller: &Caller, fd: Fd, file: &Arc<OpenFile>, command: u32, argument: u64) -> Result<u64> {
    file.check_opened()?;
    match command {
        linux::F_GETOWN => Ok(match file.addressee() {
            Some((linux::F_OWNER_PGRP, id)) => i64::from(-id) as u64,
            told => told.map_or(0, |(_, id)| id as u64),
        }),
        linux::F_SETOWN => set_owner(caller, file, argument as i32).map(|()| 0),
        linux::F_GETOWN_EX => {
            let (kind, id) = file.addressee().unwrap_or((linux::F_OWNER_PID, 0));
            let told = [kind, id as u32].map(u32::to_le_bytes);
            caller.write(argument, told.as_flattened()).map(|()| 0)
        }
        linux::F_SETOWN_EX => {
            let [kind, id] = caller.halves(argument)?;
            set_owner_of_kind(caller, file, kind, id as i32).map(|()| 0)
        }
        linux::F_GETSIG => Ok(u64::from(file.notice_signal())),
        linux::F_SETSIG => {
            let signal = u32::try_from(argument).ok().filter(|&signal| signal <= linux::_NSIG);
            file.set_notice_signal(signal.ok_or(Errno::EINVAL)?);
            Ok(0)
        }
        linux::F_GETLEASE => Ok(u64::from(match file.lease() {
            Lease::None => linux::F_UNLCK,
            Lease::Read => linux::F_RDLCK,
            Lease::Write => linux::F_WRLCK,
        })),
        linux::F_SETLEASE => set_lease(caller, fd, file, argument as u32).map(|()| 0),
        _ => Err(Errno::EINVAL),
    }
}

/// A process, or a group as a negative number; 0 is nobody.
fn set_owner(caller: &Caller, file: &OpenFile, who: i32) -> Result<()> {
    let kind = if who < 0 { linux::F_OWNER_PGRP } else { linux::F_OWNER_PID };
    set_owner_of_kind(caller, file, kind, who.checked_abs().ok_or(Errno::EINVAL)?)
}

fn set_owner_of_kind(caller: &Caller, file: &OpenFile, kind: u32, id: i32) -> Result<()> {
    if id == 0 && kind <= linux::F_OWNER_PGRP {
        file.set_addressee(None);
        return Ok(());
    }
    file.set_addressee(Some(Arc::new(Owner::new(kind, id, caller.process())?)));
    Ok(())
}

fn set_lease(caller: &Caller, fd: Fd, file: &Arc<OpenFile>, kind: u32) -> Result<()> {
    let lease = match kind {
        linux::F_UNLCK => Lease::None,
        linux::F_RDLCK => Lease::Read,
        linux::F_WRLCK => Lease::Write,
        _ => return Err(Errno::EINVAL),
    };
    if !caller.lookup()?.credentials.owns(&file.inode().permissions()) {
        return Err(Errno::EACCES);
    }
    if file.inode().kind() != Kind::Regular {
        return Err(Errno::EINVAL);
    }
    file.set_lease(lease)?;
    if file.addressee().is_none() {
        set_owner_of_kind(caller, file, linux::F_OWNER_PID, caller.process().pid().0 as i32)?;
    }
    file.set_notice_descriptor(fd.number()?);
    Ok(())
}
