//! What /proc tells of the kernel as a whole: its version, its command line, its tasks.

use crate::{
    fs::{
        inode::Permissions,
        proc::{self, Contents, Fixed, READ_ONLY, Text, TextFile},
    },
    log, memory,
    process::host,
    task::{self, TaskContext},
};
use alloc::sync::Arc;
use core::fmt::{self, Write};
use logic::{boot_info::BootInfo, errno::Result};
use machine::{clock, processor::processor};

/// Registers the files.
pub(super) fn register(info: &'static BootInfo) -> Result<()> {
    proc::register("version", |_: &TaskContext, text: &mut Text| {
        let [system, release, version, _] = host::SYSTEM;
        writeln!(text, "{system} version {release} (loaded by {}) {version}", info.loader)
    })?;
    proc::register("cmdline", |_: &TaskContext, text: &mut Text| writeln!(text, "{}", info.command_line))?;
    proc::register("cpuinfo", processors)?;
    proc::register("sys/kernel/printk", log_levels)?;
    proc::register("sys/vm/max_map_count", Fixed(memory::MOST_REGIONS))?;
    proc::register("sys/vm/mmap_min_addr", Fixed(memory::LOWEST))?;
    // What a program asks for in one piece is refused if it could never be had; else it is given, page by page.
    proc::register("sys/vm/overcommit_memory", Fixed(0))?;
    let trigger = TextFile::new(proc::new_identity(), Permissions { mode: 0o200, ..READ_ONLY }, Arc::new(Trigger));
    proc::add("sysrq-trigger", Arc::new(trigger))?;
    proc::register("cor/tasks", tasks)
}

/// The processor that runs, as it describes itself.
fn processors(_: &TaskContext, text: &mut Text) -> fmt::Result {
    let processor = processor();
    let [family, model, stepping] = processor.version;
    let [physical, linear] = processor.address_bits;
    let hertz = clock::frequency();
    writeln!(text, "processor\t: 0")?;
    writeln!(text, "vendor_id\t: {}", processor.vendor())?;
    writeln!(text, "cpu family\t: {family}\nmodel\t\t: {model}")?;
    writeln!(text, "model name\t: {}\nstepping\t: {stepping}", processor.brand())?;
    writeln!(text, "cpu MHz\t\t: {}.{:03}", hertz / 1_000_000, hertz / 1000 % 1000)?;
    writeln!(text, "physical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1")?;
    writeln!(text, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: {}\nwp\t\t: yes", processor.highest_leaf)?;
    write!(text, "flags\t\t:")?;
    processor.features().try_for_each(|name| write!(text, " {name}"))?;
    writeln!(text, "\nclflush size\t: {}", processor.flush_line)?;
    writeln!(text, "address sizes\t: {physical} bits physical, {linear} bits virtual\n")
}

/// /proc/sysrq-trigger: the magic key, for one who has no line with a break.
struct Trigger;

impl Contents for Trigger {
    fn show(&self, _ctx: &TaskContext, _text: &mut Text) -> Result<()> {
        Ok(())
    }

    /// Only the first letter counts, as on Linux.
    fn store(&self, _ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        bytes.first().into_iter().for_each(|&key| super::magic_key::do_key(key));
        Ok(())
    }
}

/// What is shown on the console; the level of a line that says none; the least and the usual for the console.
fn log_levels(_: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "{}\t4\t1\t{}", log::console_level(), log::DEFAULT_LEVEL)
}

/// A line a task: number, name, state, milliseconds that it has run.
fn tasks(_: &TaskContext, text: &mut Text) -> fmt::Result {
    for task in task::all().map_err(|_| fmt::Error)? {
        writeln!(text, "{:5} {:15} {:8} {:>8} ms", task.id(), task.name(), task.state(), task.run_time() / 1_000_000)?;
    }
    Ok(())
}
