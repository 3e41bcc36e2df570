//! `xtask bench`, behind `make bench`: what the same programs cost on Cor and on Debian's kernel, on the same machine.
//!
//! ```text
//! applications.rs  what the rows of the host's programs take along
//! boot.rs      one boot that measures: a kernel, a way of measuring, what it printed
//! memory.rs    how much memory each takes
//! rows.rs      the rows, and what was found of each on either kernel
//! progress.rs  the bar
//! report.rs    the tables, for a person and for docs/bench.md
//! plot.rs      the picture beside it, docs/bench.svg
//! record.rs    docs/bench.record: the instructions that each row took, which `bench-check` holds Cor to
//! ```
//! Time is measured by alternating boots, so that what else the computer does meets both alike; instructions are counted in one
//! boot of each, since they repeat.

mod applications;
mod boot;
mod memory;
mod plot;
mod progress;
mod record;
mod report;
mod rows;

use anyhow::{Result, bail, ensure};
use boot::{Bench, Kernel, Measure};
use clap::Args;
use progress::Progress;
use rows::Rows;
use xtask::build::{self, Root, Wanted};
use xtask::project::{Build, Project};
use xtask::{debian_kernel, files};

/// What `xtask bench` can be told.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Only these rows, by name or by how their names begin
    pub rows: Vec<String>,
    /// How often each kernel is booted to measure time
    #[arg(long, value_name = "N", default_value = "5")]
    pub rounds: u32,
    /// Only count instructions, which takes a minute
    #[arg(long)]
    pub count: bool,
    /// Only count instructions, and write docs/bench.record anew
    #[arg(long, conflicts_with_all = ["rows", "count", "check"])]
    pub record: bool,
    /// Fail when a row costs over 5 % more instructions than docs/bench.record says
    #[arg(long, conflicts_with = "count")]
    pub check: bool,
}

/// Measures, prints the table, and, if it was about all rows, writes it to docs/bench.md.
pub fn bench(project: &Project, options: &Options) -> Result<()> {
    build::build(project, &Wanted { kernels: vec![Build::Release], roots: vec![Root::Bench] })?;
    let bench = Bench::new(project, debian_kernel::fetch(project)?, options.rows.clone())?;
    let mut rows = bench.rows()?;
    ensure!(!rows.is_empty(), "there is no such row; there are: {}", bench.all_names()?.join(" "));
    if options.check {
        return check(project, &bench, &mut rows);
    }
    let rounds = if options.count || options.record { 0 } else { options.rounds };
    let mut progress = Progress::new(rows.len() * (2 + 2 * rounds as usize));
    let measures = (0..rounds).map(|_| Measure::Time).chain([Measure::Count]);
    let groups = bench.groups(&rows)?;
    for measure in measures {
        for group in &groups {
            for kernel in [Kernel::Linux, Kernel::Cor] {
                bench.boot(kernel, measure, group, &mut rows, &mut progress)?;
            }
        }
    }
    drop(progress);
    let machine = record::Machine::find(project, &bench)?;
    println!("{}", report::for_person(&rows));
    if options.rows.is_empty() && (rounds > 0 || options.record) {
        files::replace(&project.path("docs/bench.record"), record::write(&rows, &machine).as_bytes())?;
        println!("written: docs/bench.record");
    }
    if options.rows.is_empty() && rounds > 0 {
        let memory = [memory::find(&bench, Kernel::Linux)?, memory::find(&bench, Kernel::Cor)?];
        let text = report::for_docs(&rows, &machine, rounds) + &report::memory(&memory);
        files::replace(&project.path("docs/bench.md"), text.as_bytes())?;
        files::replace(&project.path("docs/bench.svg"), plot::draw(&rows).as_bytes())?;
        println!("written: docs/bench.md, docs/bench.svg");
    }
    Ok(())
}

/// Compares what Cor's rows cost now with the record.
fn check(project: &Project, bench: &Bench, rows: &mut Rows) -> Result<()> {
    let record = record::read(&project.path("docs/bench.record"))?;
    record.holds_for(&record::Machine::find(project, bench)?)?;
    let mut progress = Progress::new(rows.len());
    for group in bench.groups(rows)? {
        bench.boot(Kernel::Cor, Measure::Count, &group, rows, &mut progress)?;
    }
    drop(progress);
    let dearer = record.dearer(rows);
    for line in &dearer {
        println!("{line}");
    }
    if dearer.is_empty() {
        println!("{} rows cost no more than the record says", rows.len());
        return Ok(());
    }
    bail!("{} rows cost over {} % more instructions than docs/bench.record says", dearer.len(), record::TOLERANCE)
}
