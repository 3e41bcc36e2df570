//! Small things that are known of a process: `auxv`, `oom_score`, `personality`, `sched`, `wchan`, `mountstats`, `children`.

use super::Subject;
use crate::fs::proc::{self, Text};
use crate::process::{Pid, hog, next_after, parent_of};
use crate::task::{State, TaskContext};
use core::fmt::Write;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::panic;

/// The most entries of an auxiliary vector.
const MOST_AUXILIARY: u64 = 64;
/// How much more or less willingly a process is killed than its size says: oom_score_adj.
const ADJUSTMENTS: core::ops::RangeInclusive<i32> = -1000..=1000;

/// `auxv`: pairs of words up to the one that ends them, as they lie on the program's stack.
pub(super) fn auxiliary(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    subject.check(ctx)?;
    let Ok(program) = subject.process.program() else { return Ok(()) };
    for index in 0..MOST_AUXILIARY {
        let mut pair = [0; 16];
        if program.space.read(ctx, program.auxiliary + 16 * index, &mut pair).is_err() {
            break;
        }
        text.put(&pair).map_err(|_| Errno::ENOMEM)?;
        if pair.starts_with(&[0; 8]) {
            break;
        }
    }
    Ok(())
}

/// `oom_score`: of a thousand parts of memory, how many it has, and what was set beside.
pub(super) fn score(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    writeln!(text, "{}", hog::score(&subject.process).max(0)).map_err(|_| Errno::ENOMEM)
}

/// `oom_score_adj`
pub(super) fn adjustment(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let adjustment = subject.process.kill_adjustment.load(Ordering::Relaxed);
    writeln!(text, "{adjustment}").map_err(|_| Errno::ENOMEM)
}

/// Only who may take more than others may make itself less likely to be killed.
pub(super) fn set_adjustment(ctx: &TaskContext, subject: &Subject, bytes: &[u8]) -> Result<()> {
    let number = core::str::from_utf8(bytes.trim_ascii()).ok().and_then(|text| text.parse::<i32>().ok());
    let new = number.filter(|number| ADJUSTMENTS.contains(number)).ok_or(Errno::EINVAL)?;
    let process = &subject.process;
    if new < process.kill_adjustment.load(Ordering::Relaxed) {
        let looker = super::caller(ctx).ok_or(Errno::ESRCH)?;
        looker.process.credentials().need(linux::CAP_SYS_RESOURCE).map_err(|_| Errno::EACCES)?;
    }
    process.kill_adjustment.store(new, Ordering::Relaxed);
    Ok(())
}

/// `personality`
pub(super) fn personality(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    subject.check(ctx)?;
    let personality = subject.process.personality().bits();
    writeln!(text, "{personality:08x}").map_err(|_| Errno::ENOMEM)
}

/// `sched`: what the scheduler knows, with Linux's names.
pub(super) fn schedule(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let Some(thread) = subject.first_thread() else { return Ok(()) };
    let (usage, threads) = (thread.usage(), subject.threads());
    let write = |text: &mut Text| {
        text.put(thread.name().bytes())?;
        writeln!(text, " ({}, #threads: {threads})\n{:-<67}", subject.number(), "")?;
        let ran = usage.user + usage.system;
        writeln!(text, "{:<45}:{:>14}.{:06}", "se.sum_exec_runtime", ran / 1_000_000, ran % 1_000_000)?;
        let rules = thread.rules();
        let ordinary = 120 + i32::from(rules.nice);
        let priority = if rules.is_real_time() { 99 - i32::from(rules.priority) } else { ordinary };
        for (name, value) in [
            ("nr_switches", usage.waited + usage.preempted),
            ("nr_voluntary_switches", usage.waited),
            ("nr_involuntary_switches", usage.preempted),
            ("policy", u64::from(rules.policy)),
            ("prio", priority.unsigned_abs().into()),
        ] {
            writeln!(text, "{name:<45}:{value:>21}")?;
        }
        Ok(())
    };
    write(text).map_err(|_: core::fmt::Error| Errno::ENOMEM)
}

/// `wchan`: the function of the kernel that it waits in, past those that only do the waiting; `0` if it runs.
pub(super) fn waits_in(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let task = subject.first_thread().and_then(|thread| thread.task());
    let Some(task) = task.filter(|task| task.state() == State::Waiting) else {
        return text.put(b"0").map_err(|_| Errno::ENOMEM);
    };
    let waits = |file: &str| ["/task/", "/fiber"].iter().any(|part| file.contains(part)) || file.contains("core/src");
    panic::write_function(text, task.frame_pointer(), waits).map_err(|_| Errno::ENOMEM)
}

/// `mountstats`
pub(super) fn mounts(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    proc::show_mount_statistics(&subject.lookup().map_err(|_| Errno::EINVAL)?.root, text)
}

/// `children`: their numbers, each with a blank behind it.
pub(super) fn children(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let own = subject.process.pid();
    // A child is told of once, by the first thread.
    if subject.number() != own {
        return Ok(());
    }
    let mut last = Pid(0);
    while let Some(process) = next_after(last) {
        last = process.pid();
        if parent_of(last) == own {
            write!(text, "{last} ").map_err(|_| Errno::ENOMEM)?;
        }
    }
    Ok(())
}
