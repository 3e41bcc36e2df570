//! Who is nicer to others: getpriority(2), setpriority(2), ioprio_get(2), ioprio_set(2).

use super::caller::Caller;
use crate::process::{self, Limits, Pid, Process, Rules, Thread, session};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// Nice values are told from 40, the greediest, to 1.
const NICE_TOLD_FROM: i32 = 20;

/// ioprio_set(2)'s classes, and how many levels one has (linux/ioprio.h).
const CLASS_SHIFT: u32 = 13;
const LEVELS: u32 = 8;
const CLASS_NONE: u32 = 0;
const CLASS_REAL_TIME: u32 = 1;
const CLASS_BEST_EFFORT: u32 = 2;
const CLASS_IDLE: u32 = 3;

/// getpriority(2)
pub(super) fn getpriority(caller: &mut Caller, which: u32, who: u32) -> Result<u64> {
    let mut least = None;
    for_each(caller, which, who, &mut |thread| {
        let nice = thread.rules().nice;
        least = Some(least.map_or(nice, |least: i8| least.min(nice)));
        Ok(())
    })?;
    let least = least.ok_or(Errno::ESRCH)?;
    Ok((NICE_TOLD_FROM - i32::from(least)) as u64)
}

/// setpriority(2)
pub(super) fn setpriority(caller: &mut Caller, which: u32, who: u32, nice: i32) -> Result<()> {
    let nice = nice.clamp(linux::PRIO_MIN, linux::PRIO_MAX as i32 - 1) as i8;
    let free = caller.process().credentials().may(linux::CAP_SYS_NICE);
    for_each(caller, which, who, &mut |thread| {
        let rules = thread.rules();
        match () {
            () if !free && !is_own(caller, thread) => return Err(Errno::EPERM),
            () if !free && nice < rules.nice && !nice_within(&thread.process.limits(), nice) => {
                return Err(Errno::EACCES);
            }
            () => thread.set_rules(Rules { nice, ..rules }),
        }
        Ok(())
    })
}

/// ioprio_set(2)
pub(super) fn ioprio_set(caller: &mut Caller, which: u32, who: u32, priority: u32) -> Result<()> {
    let (class, level) = (priority >> CLASS_SHIFT, priority & ((1 << CLASS_SHIFT) - 1));
    let own = caller.process().credentials();
    match class {
        CLASS_REAL_TIME if !own.may(linux::CAP_SYS_ADMIN) && !own.may(linux::CAP_SYS_NICE) => return Err(Errno::EPERM),
        CLASS_REAL_TIME | CLASS_BEST_EFFORT if level < LEVELS => {}
        CLASS_IDLE => {}
        CLASS_NONE if level == 0 => {}
        _ => return Err(Errno::EINVAL),
    }
    for_each(caller, disk_kind(which)?, who, &mut |thread| {
        let theirs = thread.process.credentials().user.real;
        if ![own.user.effective, own.user.real].contains(&theirs) {
            own.need(linux::CAP_SYS_NICE)?;
        }
        thread.set_rules(Rules { disk_priority: priority as u16, ..thread.rules() });
        Ok(())
    })
}

/// ioprio_get(2): the most urgent of those that are meant.
pub(super) fn ioprio_get(caller: &mut Caller, which: u32, who: u32) -> Result<u32> {
    let kind = disk_kind(which)?;
    let mut best = None;
    for_each(caller, kind, who, &mut |thread| {
        let rules = thread.rules();
        let priority = match u32::from(rules.disk_priority) {
            // Asked for several, those count who said nothing as their nice value means.
            0 if kind != linux::PRIO_PROCESS => {
                (CLASS_BEST_EFFORT << CLASS_SHIFT) | ((i32::from(rules.nice) + 20) as u32 / 5)
            }
            priority => priority,
        };
        best = Some(best.map_or(priority, |best: u32| best.min(priority)));
        Ok(())
    })?;
    best.ok_or(Errno::ESRCH)
}

/// getpriority(2)'s word for whom ioprio_get(2) means.
fn disk_kind(which: u32) -> Result<u32> {
    match which {
        1 => Ok(linux::PRIO_PROCESS),
        2 => Ok(linux::PRIO_PGRP),
        3 => Ok(linux::PRIO_USER),
        _ => Err(Errno::EINVAL),
    }
}

/// Whether a limit allows a nice value.
pub(super) fn nice_within(limits: &Limits, nice: i8) -> bool {
    NICE_TOLD_FROM - i32::from(nice) <= limits.soft(linux::RLIMIT_NICE).min(40) as i32
}

/// Whether a thread is of the caller's user.
pub(super) fn is_own(caller: &Caller, thread: &Thread) -> bool {
    let theirs = thread.process.credentials().user;
    [theirs.real, theirs.effective].contains(&caller.process().credentials().user.effective)
}

/// Shows the threads that are meant, of a thread, a group or a user: `EINVAL`, `ESRCH` if there are none, else the last thing that went
/// wrong with one.
fn for_each(caller: &Caller, which: u32, who: u32, show: &mut dyn FnMut(&Thread) -> Result<()>) -> Result<()> {
    let mut result = Err(Errno::ESRCH);
    let mut show = |thread: &Thread| {
        let shown = show(thread);
        if shown.is_err() || result == Err(Errno::ESRCH) {
            result = shown;
        }
    };
    let mut show_all = |is_meant: &dyn Fn(&Process) -> bool| {
        session::find_map(|process| {
            if is_meant(process) {
                process.for_each_thread(|thread| show(thread));
            }
            None::<()>
        });
    };
    match which {
        linux::PRIO_PROCESS if who == 0 => show(caller.thread()),
        linux::PRIO_PROCESS => show(&*process::find_thread(None, Pid(who))?),
        linux::PRIO_PGRP => {
            let group = if who == 0 { caller.process().group() } else { Pid(who) };
            show_all(&|process| process.group() == group);
        }
        linux::PRIO_USER => {
            let user = if who == 0 { caller.process().credentials().user.real } else { who };
            show_all(&|process| process.credentials().user.real == user);
        }
        _ => return Err(Errno::EINVAL),
    }
    result
}
