//! Who is told by a signal that a file is ready: the commands `F_SETOWN`, `F_SETOWN_EX` and `F_SETSIG` of fcntl(2), and their like.

use super::caller::Caller;
use crate::fs::OpenFile;
use crate::fs::whom::{Told, Whom};
use crate::process::{self, Pid, session};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The largest signal.
const LARGEST: u64 = 64;

/// Does one of these commands; `None` if it is another.
pub(super) fn command(caller: &Caller, file: &OpenFile, command: u32, argument: u64) -> Option<Result<u64>> {
    Some(match command {
        linux::F_SETOWN => set(caller, file, argument as i32),
        linux::F_GETOWN => Ok(number(file.whom().told) as u64),
        linux::F_SETOWN_EX => set_extended(caller, file, argument),
        linux::F_GETOWN_EX => tell_extended(caller, file, argument),
        linux::F_SETSIG if argument > LARGEST => Err(Errno::EINVAL),
        linux::F_SETSIG => {
            file.set_whom(Whom { signal: argument as u8, ..file.whom() });
            Ok(0)
        }
        linux::F_GETSIG => Ok(file.whom().signal.into()),
        _ => return None,
    })
}

/// A negative number is a group's.
fn set(caller: &Caller, file: &OpenFile, who: i32) -> Result<u64> {
    let told = match who {
        0 => Told::Nobody,
        i32::MIN => return Err(Errno::EINVAL),
        1.. => Told::Process(who as u32),
        _ => Told::Group(who.unsigned_abs()),
    };
    set_told(caller, file, told)
}

/// `struct f_owner_ex`.
fn set_extended(caller: &Caller, file: &OpenFile, from: u64) -> Result<u64> {
    let [kind, who] = caller.halves(from)?;
    let told = match kind {
        linux::F_OWNER_TID | linux::F_OWNER_PID | linux::F_OWNER_PGRP if who == 0 => Told::Nobody,
        linux::F_OWNER_TID => Told::Thread(who),
        linux::F_OWNER_PID => Told::Process(who),
        linux::F_OWNER_PGRP => Told::Group(who),
        _ => return Err(Errno::EINVAL),
    };
    set_told(caller, file, told)
}

fn set_told(caller: &Caller, file: &OpenFile, told: Told) -> Result<u64> {
    file.check_opened()?;
    let is_there = match told {
        Told::Nobody => true,
        Told::Thread(id) => process::find_thread(None, Pid(id)).is_ok(),
        Told::Process(id) => process::find(Pid(id)).is_ok() || process::find_thread(None, Pid(id)).is_ok(),
        Told::Group(id) => session::find_map(|process| (process.group() == Pid(id)).then_some(())).is_some(),
    };
    if !is_there {
        return Err(Errno::ESRCH);
    }
    let user = caller.process().credentials().user;
    file.set_whom(Whom { told, users: (user.real, user.effective), ..file.whom() });
    Ok(0)
}

fn tell_extended(caller: &Caller, file: &OpenFile, into: u64) -> Result<u64> {
    let (kind, who) = match file.whom().told {
        Told::Nobody => (linux::F_OWNER_TID, 0),
        Told::Thread(id) => (linux::F_OWNER_TID, id),
        Told::Process(id) => (linux::F_OWNER_PID, id),
        Told::Group(id) => (linux::F_OWNER_PGRP, id),
    };
    caller.write(into, [kind, who].map(u32::to_le_bytes).as_flattened())?;
    Ok(0)
}

fn number(told: Told) -> i64 {
    match told {
        Told::Nobody => 0,
        Told::Thread(id) | Told::Process(id) => id.into(),
        Told::Group(id) => -i64::from(id),
    }
}
