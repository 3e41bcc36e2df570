//! What /proc tells of the kernel as a whole: its version, its command line, its tasks.

use crate::{
    fs::proc::{self, Text},
    task::{self, TaskContext},
};
use core::fmt::{self, Write};
use logic::{boot_info::BootInfo, errno::Result};

/// What uname(2) says of the kernel that Cor stands in for; programs compare it.
pub(super) const LINUX_RELEASE: &str = "6.1.0";

/// Registers the files.
pub(super) fn register(info: &'static BootInfo) -> Result<()> {
    proc::register("version", |_: &TaskContext, text: &mut Text| {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(text, "Linux version {LINUX_RELEASE} (Cor {version}, loaded by {})", info.loader)
    })?;
    proc::register("cmdline", |_: &TaskContext, text: &mut Text| writeln!(text, "{}", info.command_line))?;
    proc::register("cor/tasks", tasks)
}

/// A line a task: number, name, state, milliseconds that it has run.
fn tasks(_: &TaskContext, text: &mut Text) -> fmt::Result {
    for task in task::all().map_err(|_| fmt::Error)? {
        writeln!(text, "{:5} {:15} {:8} {:>8} ms", task.id(), task.name(), task.state(), task.run_time() / 1_000_000)?;
    }
    Ok(())
}
