//! Whose turn it is: sched(7), sched_setscheduler(2), sched_setattr(2), sched_setaffinity(2).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::{self, Pid, Rules, Thread};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::run_queue::REAL_TIME_MAX;
use logic::time::TimeSpec;

/// How long a turn is when others are ready, in nanoseconds: of those who share, and of SCHED_RR.
const TURN: u64 = 8_000_000;
const REAL_TIME_TURN: u64 = 100_000_000;

/// The size of the set of CPUs, of which there is one.
const CPU_SET: usize = 8;

/// `struct sched_attr` as it was first, and as it is.
const OLD_ATTRIBUTES: usize = 48;
const ATTRIBUTES: usize = 56;

/// Where in it nice value and priority are.
const ATTRIBUTES_NICE: usize = 16;

/// sched_setattr(2)'s flags that mean something without deadlines.
const ATTRIBUTE_FLAGS: u64 =
    (linux::SCHED_FLAG_RESET_ON_FORK | linux::SCHED_FLAG_KEEP_POLICY | linux::SCHED_FLAG_KEEP_PARAMS) as u64;

/// sched_yield(2)
pub(super) fn sched_yield(caller: &mut Caller) -> Result<()> {
    caller.ctx.yield_now();
    Ok(())
}

/// sched_getscheduler(2)
pub(super) fn sched_getscheduler(caller: &mut Caller, pid: i32) -> Result<u32> {
    let rules = scheduled(caller, pid)?.rules();
    Ok(rules.policy | if rules.resets_on_fork { linux::SCHED_RESET_ON_FORK } else { 0 })
}

/// sched_setscheduler(2)
/// Differs: SCHED_DEADLINE is `EINVAL`.
pub(super) fn sched_setscheduler(caller: &mut Caller, pid: i32, policy: u32, from: Pointer) -> Result<()> {
    if from.0 == 0 || (policy as i32) < 0 || pid < 0 {
        return Err(Errno::EINVAL);
    }
    let [priority] = caller.halves(from.0)?;
    let thread = scheduled(caller, pid)?;
    let policy_only = policy & !linux::SCHED_RESET_ON_FORK;
    let resets_on_fork = policy != policy_only;
    set(caller, &thread, Rules { policy: policy_only, priority: in_byte(priority), resets_on_fork, ..thread.rules() })
}

/// sched_getparam(2)
pub(super) fn sched_getparam(caller: &mut Caller, pid: i32, into: Pointer) -> Result<()> {
    if into.0 == 0 {
        return Err(Errno::EINVAL);
    }
    let priority = scheduled(caller, pid)?.rules().priority;
    caller.write(into.0, &u32::from(priority).to_le_bytes())
}

/// sched_setparam(2)
pub(super) fn sched_setparam(caller: &mut Caller, pid: i32, from: Pointer) -> Result<()> {
    if from.0 == 0 || pid < 0 {
        return Err(Errno::EINVAL);
    }
    let [priority] = caller.halves(from.0)?;
    let thread = scheduled(caller, pid)?;
    set(caller, &thread, Rules { priority: in_byte(priority), ..thread.rules() })
}

/// Has a thread go by other rules: `EINVAL` if they contradict themselves, `EPERM`.
fn set(caller: &Caller, thread: &Thread, rules: Rules) -> Result<()> {
    rules.check()?;
    if !may_set(caller, thread, &rules) {
        caller.process().credentials().need(linux::CAP_SYS_NICE)?;
    }
    thread.set_rules(rules);
    Ok(())
}

/// Whether everybody may do that to a thread of his.
fn may_set(caller: &Caller, thread: &Thread, new: &Rules) -> bool {
    let (old, limits) = (thread.rules(), thread.process.limits());
    let most = limits.soft(linux::RLIMIT_RTPRIO);
    let nice_may_be = |nice: i8| nice >= old.nice || super::priority::nice_within(&limits, nice);
    let leaves_idle = old.policy == linux::SCHED_IDLE && new.policy != linux::SCHED_IDLE;
    let may_be_urgent = !(new.is_real_time() && new.policy != old.policy && most == 0)
        && (new.priority <= old.priority || u64::from(new.priority) <= most);
    may_be_urgent
        && (new.is_real_time() || nice_may_be(new.nice))
        && (!leaves_idle || super::priority::nice_within(&limits, old.nice))
        && super::priority::is_own(caller, thread)
        && (new.resets_on_fork || !old.resets_on_fork)
}

/// sched_get_priority_max(2)
pub(super) fn sched_get_priority_max(_: &mut Caller, policy: u32) -> Result<u32> {
    priority_of(policy, REAL_TIME_MAX.into())
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
    let turn = match scheduled(caller, pid)?.rules().policy {
        linux::SCHED_RR => REAL_TIME_TURN,
        linux::SCHED_FIFO => 0,
        _ => TURN,
    };
    caller.write(into.0, &super::time::encode(TimeSpec::from_nanoseconds(turn)))
}

/// sched_setaffinity(2): there is one CPU, and one must be left.
pub(super) fn sched_setaffinity(caller: &mut Caller, pid: i32, size: u32, from: Pointer) -> Result<()> {
    let mut set = [0; CPU_SET];
    let size = (size as usize).min(CPU_SET);
    caller.space().read(caller.ctx, from.0, &mut set[..size])?;
    let thread = on_cpus(caller, pid)?;
    if !super::priority::is_own(caller, &thread) {
        caller.process().credentials().need(linux::CAP_SYS_NICE)?;
    }
    if set[0] & 1 == 0 { Err(Errno::EINVAL) } else { Ok(()) }
}

/// sched_getaffinity(2)
pub(super) fn sched_getaffinity(caller: &mut Caller, pid: i32, size: u32, into: Pointer) -> Result<usize> {
    if (size as usize) < CPU_SET || !(size as usize).is_multiple_of(8) {
        return Err(Errno::EINVAL);
    }
    on_cpus(caller, pid)?;
    caller.write_words(into.0, [1])?;
    Ok(CPU_SET)
}

/// As `scheduled`, for calls to which a negative number is nobody's.
fn on_cpus(caller: &Caller, pid: i32) -> Result<Arc<Thread>> {
    if pid < 0 { Err(Errno::ESRCH) } else { scheduled(caller, pid) }
}

/// sched_setattr(2)
pub(super) fn sched_setattr(caller: &mut Caller, pid: i32, from: Pointer, flags: u32) -> Result<()> {
    if from.0 == 0 || pid < 0 || flags != 0 {
        return Err(Errno::EINVAL);
    }
    let bytes = read_attributes(caller, from.0)?;
    let half = |at: usize| bytes[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
    let flags = u64::from(half(8)) | u64::from(half(12)) << 32;
    let thread = scheduled(caller, pid)?;
    let old = thread.rules();
    let is_set = |flag: u32| flags & u64::from(flag) != 0;
    if (half(4) as i32) < 0 || flags & !ATTRIBUTE_FLAGS != 0 {
        return Err(Errno::EINVAL);
    }
    let policy = if is_set(linux::SCHED_FLAG_KEEP_POLICY) { old.policy } else { half(4) };
    let (nice, priority) = match is_set(linux::SCHED_FLAG_KEEP_PARAMS) {
        true => (old.nice, old.priority),
        false => ((half(ATTRIBUTES_NICE) as i32).clamp(-20, 19) as i8, in_byte(half(ATTRIBUTES_NICE + 4))),
    };
    let rules = Rules { policy, priority, nice, resets_on_fork: is_set(linux::SCHED_FLAG_RESET_ON_FORK), ..old };
    let rules = if rules.is_real_time() { Rules { nice: old.nice, ..rules } } else { rules };
    set(caller, &thread, rules)
}

/// `struct sched_attr` in any size; `E2BIG` for one that says more than is known here, and the known size is told.
fn read_attributes(caller: &Caller, from: u64) -> Result<[u8; ATTRIBUTES]> {
    let [size] = caller.halves(from)?;
    let size = if size == 0 { OLD_ATTRIBUTES } else { size as usize };
    let mut bytes = [0; ATTRIBUTES];
    let mut is_known = (OLD_ATTRIBUTES..=4096).contains(&size);
    if is_known {
        caller.space().read(caller.ctx, from, &mut bytes[..size.min(ATTRIBUTES)])?;
        for at in ATTRIBUTES..size {
            is_known &= caller.read(from.wrapping_add(at as u64))? == [0];
        }
    }
    if is_known {
        return Ok(bytes);
    }
    caller.write(from, &(ATTRIBUTES as u32).to_le_bytes())?;
    Err(Errno::E2BIG)
}

/// sched_getattr(2)
pub(super) fn sched_getattr(caller: &mut Caller, pid: i32, into: Pointer, size: u32, flags: u32) -> Result<()> {
    if into.0 == 0 || flags != 0 || pid < 0 || !(OLD_ATTRIBUTES..=4096).contains(&(size as usize)) {
        return Err(Errno::EINVAL);
    }
    let size = (size as usize).min(ATTRIBUTES);
    let rules = scheduled(caller, pid)?.rules();
    let flags = if rules.resets_on_fork { linux::SCHED_FLAG_RESET_ON_FORK } else { 0 };
    let nice = if rules.is_real_time() { 0 } else { i32::from(rules.nice) };
    let halves = [size as u32, rules.policy, flags as u32, 0, nice as u32, rules.priority.into()];
    let mut bytes = [0; ATTRIBUTES];
    bytes[..24].copy_from_slice(halves.map(u32::to_le_bytes).as_flattened());
    caller.write(into.0, &bytes[..size])
}

/// A priority as far as it can be one; what cannot is refused by `Rules::check`.
fn in_byte(priority: u32) -> u8 {
    u8::try_from(priority).unwrap_or(u8::MAX)
}

/// The thread that is meant, 0 for the caller: `EINVAL`, `ESRCH`.
pub(super) fn scheduled(caller: &Caller, pid: i32) -> Result<Arc<Thread>> {
    match u32::try_from(pid).map_err(|_| Errno::EINVAL)? {
        0 => Ok(caller.thread().clone()),
        pid => process::find_thread(None, Pid(pid)),
    }
}
