//! What /proc tells of all processes together: load, times, counts.

use super::meminfo;
use super::stat::TICK;
use crate::block::{self, Counts, Done};
use crate::fs::proc::{self, Fixed, Text};
use crate::fs::tmpfs;
use crate::process::{Pid, born, last_pid, table, usage};
use crate::task::{self, TaskContext};
use core::fmt::{self, Write};
use logic::errno::Result;
use machine::{clock, frame, irq};

/// Registers the files.
pub(super) fn register() -> Result<()> {
    proc::register("loadavg", load)?;
    proc::register("uptime", uptime)?;
    proc::register("stat", stat)?;
    proc::register("vmstat", memory_counts)?;
    proc::register("sys/kernel/pid_max", Fixed(table::LIMIT))?;
    proc::register("sys/kernel/threads-max", Fixed(table::LIMIT))
}

/// Counts about memory, with Linux's names: what is not counted, or cannot be here, has no line.
fn memory_counts(ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let mut faults = usage::ended_faults();
    let mut last = Pid(0);
    while let Some(process) = table::next_after(last) {
        last = process.pid();
        process.for_each_thread(|thread| faults += thread.used().faults);
    }
    let disks = block::disks();
    let moved = |done: fn(&Counts) -> &Done| disks.iter().map(|disk| done(disk.counts()).sectors()).sum::<u64>() / 2;
    writeln!(text, "pgpgin {}\npgpgout {}", moved(|counts| &counts.reads), moved(|counts| &counts.writes))?;
    writeln!(text, "nr_free_pages {}", frame::free_frames())?;
    let (anonymous, mapped) = meminfo::pages_of_programs(ctx).own_part();
    writeln!(text, "nr_anon_pages {}\nnr_mapped {}", anonymous / 4, mapped / 4)?;
    writeln!(text, "nr_file_pages {0}\nnr_shmem {0}", tmpfs::pages())?;
    writeln!(text, "nr_dirty 0\nnr_writeback 0\npswpin 0\npswpout 0")?;
    writeln!(text, "pgfault {faults}\npgmajfault 0")
}

/// The three averages, who wants to run of how many, and the number given last.
fn load(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let census = task::census();
    for average in census.load.hundredths() {
        write!(text, "{}.{:02} ", average / 100, average % 100)?;
    }
    let all = task::all().map_err(|_| fmt::Error)?.len();
    writeln!(text, "{}/{all} {}", census.ready, last_pid())
}

/// Seconds since boot, and seconds that the CPU was idle.
fn uptime(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let (up, idle) = (clock::now().0 / TICK, task::totals().idle / TICK);
    writeln!(text, "{}.{:02} {}.{:02}", up / 100, up % 100, idle / 100, idle % 100)
}

/// Times in hundredths of a second, then counts.
fn stat(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let (totals, census) = (task::totals(), task::census());
    for name in ["cpu ", "cpu0"] {
        let times = [totals.user, totals.nice, totals.system, totals.idle, totals.waiting].map(|time| time / TICK);
        write!(text, "{name}")?;
        times.iter().try_for_each(|time| write!(text, " {time}"))?;
        // Interrupts count as what they interrupt; nobody steals time, and there are no guests.
        writeln!(text, " 0 0 0 0 0")?;
    }
    let counts = irq::counts();
    write!(text, "intr {}", counts.iter().flatten().map(|(count, _)| count).sum::<u64>())?;
    for count in counts {
        write!(text, " {}", count.map_or(0, |(count, _)| count))?;
    }
    writeln!(text, "\nctxt {}", totals.switches)?;
    writeln!(text, "btime {}", clock::wall_clock_at_boot() / 1_000_000_000)?;
    writeln!(text, "processes {}\nprocs_running {}\nprocs_blocked {}", born(), census.ready, census.blocked)
}
