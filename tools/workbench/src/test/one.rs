//! `xtask test-one`, behind `make test-one T=CHAPTER/NAME`: one test while it is being written, with all that it prints.

use super::natively;
use super::programs;
use super::stage::Printed;
use anyhow::{Result, ensure};
use clap::Args;
use xtask::build::{self, Root, Wanted};
use xtask::project::{Build, Project};

/// The options of `xtask test-one`.
#[derive(Args)]
pub struct Options {
    /// The test: CHAPTER/NAME, or a CHAPTER of them
    #[arg(value_name = "CHAPTER/NAME")]
    test: String,
    /// Under Debian's kernel too, in the machine that Cor has
    #[arg(long)]
    linux: bool,
    /// How the kernel is compiled
    #[arg(long, value_enum, env = "COR_BUILD", default_value_t)]
    build: Build,
}

/// Builds and runs the test on this host, on Cor, and perhaps under Debian's kernel; an error if it fails anywhere.
pub fn test(project: &Project, options: &Options) -> Result<()> {
    build::build(project, &Wanted { kernels: vec![options.build], roots: vec![Root::Tests] })?;
    let wanted = [options.test.clone()];
    let names = programs::names(project, &wanted)?;
    let mut passed = show("on this host", &natively::run(project, &names)?);
    let cor = programs::run_on_cor(project, &["--build", options.build.profile()], &wanted)?;
    passed &= show("on Cor", &cor);
    if options.linux {
        passed &= show("under Debian's kernel", &programs::run_on_debian(project, &wanted)?);
    }
    ensure!(passed, "{} does not pass everywhere", options.test);
    Ok(())
}

/// Prints what a run printed; tells whether no test failed and it came to its end.
fn show(where_it_ran: &str, printed: &Printed) -> bool {
    println!("{where_it_ran}:");
    printed.text.lines().for_each(|line| println!("    {line}"));
    printed.success && !printed.text.lines().any(|line| line.starts_with("not ok "))
}
