//! What a process may use and has used, and whose turn it is: getrlimit(2), getrusage(2), times(2), setpriority(2), sched(7).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::{self, Limit, Pid, Process, Thread, Used, session};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::clock;

/// What one tick of times(2) is.
const TICK: u64 = 10_000_000;

/// Nice values are told from 40, the greediest, to 1.
const NICE_TOLD_FROM: i32 = 20;

/// How long a turn is when others are ready (sched_rr_get_interval(2)).
const TURN: u64 = 8_000_000;

/// The size of the set of CPUs, of which there is one.
const CPU_SET: usize = 8;

/// `struct sched_attr`, as it was first.
const ATTRIBUTES: usize = 48;

/// getrlimit(2)
pub(super) fn getrlimit(caller: &mut Caller, kind: u32, into: Pointer) -> Result<()> {
    let limit = caller.process().limits().get(kind)?;
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
    let limit = process.limits().get(kind)?;
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
    (words[14], words[15]) = (used.usage.waited, used.usage.preempted);
    let mut bytes = [0; size_of::<linux::rusage>()];
    bytes.copy_from_slice(words.map(u64::to_le_bytes).as_flattened());
    bytes
}

/// getpriority(2)
pub(super) fn getpriority(caller: &mut Caller, which: u32, who: u32) -> Result<u64> {
    let mut least = None;
    for_each(caller, which, who, &mut |thread| {
        let nice = thread.nice();
        least = Some(least.map_or(nice, |least: i8| least.min(nice)));
        Ok(())
    })?;
    let least = least.ok_or(Errno::ESRCH)?;
    Ok((NICE_TOLD_FROM - i32::from(least)) as u64)
}

/// setpriority(2)
pub(super) fn setpriority(caller: &mut Caller, which: u32, who: u32, nice: i32) -> Result<()> {
    let nice = nice.clamp(linux::PRIO_MIN, linux::PRIO_MAX as i32 - 1) as i8;
    let own = caller.process().credentials();
    let mut result = Err(Errno::ESRCH);
    for_each(caller, which, who, &mut |thread| {
        let theirs = thread.process.credentials().user;
        let is_mine = [theirs.real, theirs.effective].contains(&own.user.effective);
        let allowed = NICE_TOLD_FROM as u64 - thread.process.limits().soft(linux::RLIMIT_NICE).min(40);
        let set = match () {
            () if own.may(linux::CAP_SYS_NICE) => Ok(()),
            () if !is_mine => Err(Errno::EPERM),
            () if nice < thread.nice() && i64::from(nice) < allowed as i64 => Err(Errno::EACCES),
            () => Ok(()),
        };
        if set.is_ok() {
            thread.set_nice(nice);
        }
        // What went wrong with one is told, though others went well.
        if result != Ok(()) && result != Err(Errno::ESRCH) && set.is_ok() {
            return Ok(());
        }
        result = set;
        Ok(())
    })?;
    result
}

/// Shows the threads that are meant: `EINVAL`.
fn for_each(caller: &Caller, which: u32, who: u32, show: &mut dyn FnMut(&Thread) -> Result<()>) -> Result<()> {
    let mut result = Ok(());
    let mut show_all = |process: &Process| {
        process.for_each_thread(|thread| {
            if let Err(error) = show(thread) {
                result = Err(error);
            }
        });
    };
    match which {
        linux::PRIO_PROCESS if who == 0 => show_all(caller.process()),
        linux::PRIO_PROCESS => {
            if let Ok(process) = process::find(Pid(who)) {
                show_all(&process);
            }
        }
        linux::PRIO_PGRP => {
            let group = if who == 0 { caller.process().group() } else { Pid(who) };
            session::find_map(|process| {
                if process.group() == group {
                    show_all(process);
                }
                None::<()>
            });
        }
        linux::PRIO_USER => {
            let user = if who == 0 { caller.process().credentials().user.real } else { who };
            session::find_map(|process| {
                if process.credentials().user.real == user {
                    show_all(process);
                }
                None::<()>
            });
        }
        _ => return Err(Errno::EINVAL),
    }
    result
}

/// sched_yield(2)
pub(super) fn sched_yield(caller: &mut Caller) -> Result<()> {
    caller.ctx.yield_now();
    Ok(())
}

/// sched_getscheduler(2)
pub(super) fn sched_getscheduler(caller: &mut Caller, pid: i32) -> Result<u32> {
    Ok(scheduled(caller, pid)?.policy.load(core::sync::atomic::Ordering::Relaxed))
}

/// sched_setscheduler(2): there are the policies without priorities.
/// Differs: real-time and deadline policies are `EINVAL`.
pub(super) fn sched_setscheduler(caller: &mut Caller, pid: i32, policy: u32, from: Pointer) -> Result<()> {
    if from.0 == 0 || policy as i32 <= -1 {
        return Err(Errno::EINVAL);
    }
    let [priority] = caller.halves(from.0)?;
    set_policy(caller, pid, Some(policy), priority)
}

/// sched_getparam(2)
pub(super) fn sched_getparam(caller: &mut Caller, pid: i32, into: Pointer) -> Result<()> {
    if into.0 == 0 {
        return Err(Errno::EINVAL);
    }
    scheduled(caller, pid)?;
    caller.write(into.0, &[0; 4])
}

/// sched_setparam(2)
pub(super) fn sched_setparam(caller: &mut Caller, pid: i32, from: Pointer) -> Result<()> {
    if from.0 == 0 {
        return Err(Errno::EINVAL);
    }
    let [priority] = caller.halves(from.0)?;
    set_policy(caller, pid, None, priority)
}

fn set_policy(caller: &Caller, pid: i32, policy: Option<u32>, priority: u32) -> Result<()> {
    let thread = scheduled(caller, pid)?;
    let plain = [linux::SCHED_NORMAL, linux::SCHED_BATCH, linux::SCHED_IDLE];
    if priority != 0 || policy.is_some_and(|policy| !plain.contains(&policy)) {
        return Err(Errno::EINVAL);
    }
    let (own, theirs) = (caller.process().credentials(), thread.process.credentials().user);
    if ![theirs.real, theirs.effective].contains(&own.user.effective) {
        own.need(linux::CAP_SYS_NICE)?;
    }
    if let Some(policy) = policy {
        thread.set_policy(policy);
    }
    Ok(())
}

/// sched_get_priority_max(2)
pub(super) fn sched_get_priority_max(_: &mut Caller, policy: u32) -> Result<u32> {
    priority_of(policy, 99)
}

/// sched_get_priority_min(2)
pub(super) fn sched_get_priority_min(_: &mut Caller, policy: u32) -> Result<u32> {
    priority_of(policy, 1)
}

fn priority_of(policy: u32, real_time: u32) -> Result<u32> {
    match policy {
        linux::SCHED_FIFO | linux::SCHED_RR => Ok(real_time),
        linux::SCHED_NORMAL | linux::SCHED_BATCH | linux::SCHED_IDLE | linux::SCHED_DEADLINE => Ok(0),
        _ => Err(Errno::EINVAL),
    }
}

/// sched_rr_get_interval(2)
pub(super) fn sched_rr_get_interval(caller: &mut Caller, pid: i32, into: Pointer) -> Result<()> {
    scheduled(caller, pid)?;
    caller.write(into.0, &super::time::encode(TimeSpec::from_nanoseconds(TURN)))
}

/// sched_setaffinity(2): there is one CPU, and one must be left.
pub(super) fn sched_setaffinity(caller: &mut Caller, pid: i32, size: u32, from: Pointer) -> Result<()> {
    let mut set = [0; CPU_SET];
    let size = (size as usize).min(CPU_SET);
    caller.space().read(caller.ctx, from.0, &mut set[..size])?;
    let thread = scheduled(caller, pid)?;
    let (own, theirs) = (caller.process().credentials(), thread.process.credentials().user);
    if ![theirs.real, theirs.effective].contains(&own.user.effective) {
        own.need(linux::CAP_SYS_NICE)?;
    }
    if set[0] & 1 == 0 { Err(Errno::EINVAL) } else { Ok(()) }
}

/// sched_getaffinity(2)
pub(super) fn sched_getaffinity(caller: &mut Caller, pid: i32, size: u32, into: Pointer) -> Result<usize> {
    if (size as usize) < CPU_SET || !(size as usize).is_multiple_of(8) {
        return Err(Errno::EINVAL);
    }
    scheduled(caller, pid)?;
    caller.write_words(into.0, [1])?;
    Ok(CPU_SET)
}

/// sched_getattr(2)
pub(super) fn sched_getattr(caller: &mut Caller, pid: i32, into: Pointer, size: u32, flags: u32) -> Result<()> {
    if into.0 == 0 || flags != 0 || pid < 0 || (size as usize) < ATTRIBUTES || size > 4096 {
        return Err(Errno::EINVAL);
    }
    let thread = scheduled(caller, pid)?;
    let policy = thread.policy.load(core::sync::atomic::Ordering::Relaxed);
    let halves = [ATTRIBUTES as u32, policy, 0, 0, i32::from(thread.nice()) as u32];
    let mut bytes = [0; ATTRIBUTES];
    bytes[..20].copy_from_slice(halves.map(u32::to_le_bytes).as_flattened());
    caller.write(into.0, &bytes)
}

/// getcpu(2)
pub(super) fn getcpu(caller: &mut Caller, cpu: Pointer, node: Pointer) -> Result<()> {
    for into in [cpu, node].into_iter().filter_map(Pointer::non_null) {
        caller.write(into, &[0; 4])?;
    }
    Ok(())
}

/// The thread that is meant, 0 for the caller: `EINVAL`, `ESRCH`.
fn scheduled(caller: &Caller, pid: i32) -> Result<Arc<Thread>> {
    match u32::try_from(pid).map_err(|_| Errno::EINVAL)? {
        0 => Ok(caller.thread().clone()),
        pid => process::find_thread(None, Pid(pid)),
    }
}
