//! Endurance: the programs of user/soak, which work for long or break things at random, and leave nothing behind.
//!
//! The short form belongs to `make test` and does the same each time, to the instruction (`bin/run --schedule`): what fails there can be
//! seen again. `make soak` is the long form, with a disk and a clock that goes by itself; it takes a seed by the clock unless it is told one. `/soak/soak` prints a line for each part: `ok soak/NAME` or `not ok soak/NAME`.

use super::schedules;
use super::stage::{Printed, Report, run_logged};
use anyhow::{Context, Result, ensure};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use xtask::project::{Build, Project};

/// What the random numbers of `make test` begin with, and what chooses whose turn it is.
const SEED: &str = "1";
/// How long a part of the short form may take, in seconds: many times what it takes, for a host that others use too.
const PATIENCE: &str = "900";
/// How long the long form may take.
const LONG_PATIENCE: &str = "14400";

/// What the long form is told.
#[derive(clap::Args)]
pub struct Endurance {
    /// What the random numbers begin with [default: the time]
    seed: Option<u64>,
    /// Only this part
    part: Option<String>,
}

/// Runs the short form; what takes all memory in a machine that has little.
pub fn run(project: &Project) -> Result<Report> {
    let mut report = Report::default();
    repeat(project, "soak", &["--memory", "256M"], &["/soak/soak", "short", SEED], &mut report)?;
    repeat(project, "hogs", &["--memory", "32M"], &["/soak/hogs"], &mut report)?;
    let mut hogs = machine(project, PATIENCE, "32M", "soak.cpio")?;
    judge(&run_logged(project, "hogs-of-disks", hogs.args(["/soak/hogs", "forget_disk"]))?, &mut report);
    let mut faults = machine(project, PATIENCE, "256M", "tests.cpio")?;
    judge(&run_logged(project, "faults", faults.args(["/soak/faults", "short"]))?, &mut report);
    report.note(schedules::short(project)?);
    Ok(report)
}

/// Runs a program on a machine that does the same each time; a failure comes with the line that does it again.
fn repeat(project: &Project, log: &str, options: &[&str], program: &[&str], report: &mut Report) -> Result<()> {
    let mut line = vec!["run", "--boot", "direct", "--timeout", PATIENCE, "--schedule", SEED];
    line.extend(options);
    line.extend(["--root", "target/images/tests/soak.cpio", "--"]);
    line.extend(program);
    let mut machine = project.xtask();
    let before = report.failures.len();
    judge(&run_logged(project, log, machine.args(&line))?, report);
    if report.failures.len() > before {
        report.remarks.push(format!("to see it again: bin/{}", line.join(" ")));
    }
    Ok(())
}

fn judge(printed: &Printed, report: &mut Report) {
    let before = report.failures.len();
    // What was said since the verdict before.
    let mut said = Vec::new();
    for line in printed.text.lines() {
        match line.strip_prefix("not ok ") {
            Some(part) => report.failures.push(format!("{part}\n{}", core::mem::take(&mut said).join("\n"))),
            None if line.starts_with("ok soak/") => {
                report.passed += 1;
                said.clear();
            }
            None => said.push(line),
        }
    }
    if !printed.success && report.failures.len() == before {
        report.failures.push(format!("it did not come to its end\n{}", printed.tail()));
    }
}

/// Makes each kind of failure at each place in all programs of user/tests, or some: the long form of what `run` does with a few.
pub fn faults(project: &Project, programs: &[String]) -> Result<()> {
    super::build(project, Build::default())?;
    let status = faults_machine(project).args(programs).status().context("cannot start a machine")?;
    ensure!(status.success(), "not every failure was endured");
    Ok(())
}

/// The machine that does it. Its clock counts instructions, so that no time is waited for, and what fails, fails again.
fn faults_machine(project: &Project) -> Command {
    let mut machine = project.xtask();
    machine.args(["run", "--boot", "direct", "--quiet", "--timeout", LONG_PATIENCE, "--memory", "512M"]);
    machine.args(["--schedule", "1", "--root"]).arg(project.image("tests/tests.cpio"));
    machine.args(["--", "/soak/faults", "long"]);
    machine
}

/// Runs the long form, which prints as it goes on.
pub fn soak(project: &Project, options: &Endurance) -> Result<()> {
    super::build(project, Build::default())?;
    let seed = options.seed.unwrap_or_else(seed_of_now);
    println!("seed {seed}");
    let mut machine = soak_machine(project, seed)?;
    let status = machine.args(&options.part).status().context("cannot start a machine")?;
    ensure!(status.success(), "it has not endured; `xtask soak {seed}` does the same again");
    Ok(())
}

/// Runs the long forms of all of it, for `make test-long`.
pub fn run_long(project: &Project) -> Result<Report> {
    let mut report = Report::default();
    judge(&run_logged(project, "soak-long", &mut soak_machine(project, seed_of_now())?)?, &mut report);
    judge(&run_logged(project, "faults-long", &mut faults_machine(project))?, &mut report);
    Ok(report)
}

fn seed_of_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs())
}

/// The machine of the long form: it has a disk, and a clock that goes by itself.
fn soak_machine(project: &Project, seed: u64) -> Result<Command> {
    let mut machine = machine(project, LONG_PATIENCE, "256M", "soak.cpio")?;
    machine.args(["/soak/soak", "long", &seed.to_string()]);
    Ok(machine)
}

fn machine(project: &Project, patience: &str, memory: &str, root: &str) -> Result<Command> {
    let mut machine = project.xtask();
    machine.args(["run", "--boot", "direct", "--timeout", patience, "--memory", memory, "--root"]);
    machine.arg(project.image("tests").join(root)).arg("--");
    Ok(machine)
}
