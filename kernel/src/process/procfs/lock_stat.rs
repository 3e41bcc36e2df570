//! /proc/lock_stat: which mutexes were waited for; Documentation/locking/lockstat.rst. Of its columns, those that `task::contention`
//! knows.

use crate::fs::inode::Permissions;
use crate::fs::proc::{self, Contents, READ_ONLY, Text, TextFile};
use crate::task::{TaskContext, contention};
use alloc::sync::Arc;
use core::fmt::{self, Write};
use logic::errno::{Errno, Result};

const NAME: usize = 40;
const COLUMNS: [&str; 5] = ["contentions", "waittime-min", "waittime-max", "waittime-total", "waittime-avg"];
const WIDTH: usize = 15;

struct LockStat;

/// Registers it: the superuser may write 0 to begin anew.
pub(super) fn register() -> Result<()> {
    let permissions = Permissions { mode: 0o600, ..READ_ONLY };
    proc::add("lock_stat", Arc::new(TextFile::new(proc::new_identity(), permissions, Arc::new(LockStat))))
}

impl Contents for LockStat {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        show(text).map_err(|_| Errno::ENOMEM)
    }

    fn store(&self, _ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        if bytes.trim_ascii() != b"0" {
            return Err(Errno::EINVAL);
        }
        contention::forget();
        Ok(())
    }
}

/// The longest wait first; times in microseconds.
fn show(text: &mut Text) -> fmt::Result {
    let mut classes = contention::all();
    classes.sort_unstable_by_key(|class| core::cmp::Reverse(class.total));
    let rule = |text: &mut Text| writeln!(text, "{:-<width$}", "", width = NAME + COLUMNS.len() * WIDTH);
    writeln!(text, "lock_stat version 0.4")?;
    rule(text)?;
    write!(text, "{:>NAME$}", "class name")?;
    COLUMNS.iter().try_for_each(|column| write!(text, "{column:>WIDTH$}"))?;
    writeln!(text)?;
    rule(text)?;
    for class in classes {
        let average = class.total / class.waits.max(1);
        write!(text, "{:>width$}:{:>WIDTH$}", class.name, class.waits, width = NAME - 1)?;
        for time in [class.least, class.most, class.total, average] {
            write!(text, "{:>width$}.{:02}", time / 1000, time % 1000 / 10, width = WIDTH - 3)?;
        }
        writeln!(text)?;
    }
    Ok(())
}
