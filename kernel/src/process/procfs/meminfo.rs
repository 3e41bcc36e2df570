//! /proc/meminfo: what the machine has of memory, and for what it is used. It is here since only this layer knows all programs.

use super::pages::{self, Pages};
use crate::fs::{dev::disks, proc, proc::Text, tmpfs};
use crate::memory;
use crate::process::{Pid, table};
use crate::task::TaskContext;
use core::fmt::{self, Write};
use core::sync::atomic::Ordering;
use logic::address::PAGE_SIZE;
use logic::errno::Result;
use machine::{fiber, frame, heap};

/// Registers it.
pub(super) fn register() -> Result<()> {
    proc::register("meminfo", show)
}

/// What the machine has and what is left, with the names of proc(5). Files that only memory holds are "cached" here as on Linux, and
/// cannot be had back; nothing is swapped, nothing waits to be written, and there are no huge pages. "Buffers" is what
/// is remembered of disks, which is given back when memory runs out.
fn show(ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let kilobytes = |frames: usize| frames * (PAGE_SIZE / 1024);
    let (total, free) = (kilobytes(frame::total_frames()), kilobytes(frame::free_frames()));
    let (files, disks) = (kilobytes(tmpfs::pages() as usize), kilobytes(disks::cached() as usize));
    let heap = kilobytes(heap::statistics().iter().map(|class| class.slabs * class.frames_each).sum());
    let programs = memory::totals(ctx);
    let (anonymous, mapped) = pages_of_programs(ctx).own_part();
    let (stacks, frames_each) = fiber::stacks();
    let lines = [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free + disks),
        ("Buffers", disks),
        ("Cached", files),
        ("SwapCached", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
        ("Dirty", 0),
        ("Writeback", 0),
        ("AnonPages", anonymous),
        ("Mapped", mapped),
        ("Shmem", files),
        ("KReclaimable", 0),
        ("Slab", heap),
        ("SReclaimable", 0),
        ("SUnreclaim", heap),
        ("KernelStack", kilobytes(stacks * frames_each)),
        ("NFS_Unstable", 0),
        ("Bounce", 0),
        ("CommitLimit", kilobytes(memory::most_promised() as usize)),
        ("Committed_AS", kilobytes(programs.promised as usize)),
        ("HugePages_Total", 0),
        ("HugePages_Free", 0),
        ("HugePages_Rsvd", 0),
        ("HugePages_Surp", 0),
    ];
    for (name, size) in lines {
        let unit = if name.starts_with("HugePages") { "" } else { " kB" };
        writeln!(text, "{name}:{size:>width$}{unit}", width = 23 - name.len())?;
    }
    writeln!(text, "Hugepagesize:       2048 kB")
}

/// The pages of all programs; a child's that runs in its parent's memory (vfork) are the parent's.
pub(super) fn pages_of_programs(ctx: &TaskContext) -> Pages {
    let (mut all, mut last) = (Pages::default(), Pid(0));
    while let Some(process) = table::next_after(last) {
        last = process.pid();
        if let Ok(program) = process.program()
            && !process.borrows_memory.load(Ordering::Relaxed)
        {
            all += pages::all(ctx, &program);
        }
    }
    all
}
