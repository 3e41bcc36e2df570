//! The programs of user/tests under many schedules: who runs changes at odd moments, which a seed chooses (`bin/run --schedule`).
//!
//! What goes wrong only when tasks take turns in an unusual way shows there, and the same seed shows it again, instruction for
//! instruction. `make test` takes one seed and the chapters where most happens at once; `make schedules` many of both.

use super::stage::{Report, run_logged};
use anyhow::{Result, ensure};
use std::num::NonZeroU64;
use xtask::project::{Build, Project};

/// The chapters in which several tasks are at something together.
const BUSY: &[&str] = &[
    "thread", "process", "process2", "process3", "process4", "signal", "signal2", "socket", "ipc", "event", "file2",
    "endure", "terminal",
];
/// Those of the short form.
const SHORT: &[&str] = &["thread", "socket", "signal2/stop-and-others"];
/// The seed of the short form.
const SEED: u64 = 1;
/// How long one seed may take, in seconds.
const PATIENCE: &str = "1800";

/// What the long form is told.
#[derive(clap::Args)]
pub struct Schedules {
    /// How many seeds
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = NonZeroU64::MIN)]
    from: NonZeroU64,
    /// Chapters of user/tests, or CHAPTER/NAMEs [default: those where several tasks are at something together]
    tests: Vec<String>,
}

/// Runs the short form.
pub fn short(project: &Project) -> Result<Result<(), String>> {
    try_seed(project, SEED, SHORT)
}

/// Runs twenty seeds, for `make test-long`.
pub fn run_long(project: &Project) -> Result<Report> {
    let mut report = Report::default();
    for seed in 1..=20 {
        report.note(try_seed(project, seed, BUSY)?);
    }
    Ok(report)
}

/// Runs the long form, which prints as it goes on.
pub fn schedules(project: &Project, options: &Schedules) -> Result<()> {
    super::build(project, Build::default())?;
    let chosen: Vec<&str> = options.tests.iter().map(String::as_str).collect();
    let tests = if chosen.is_empty() { BUSY } else { &chosen };
    let (first, mut failed) = (options.from.get(), 0);
    for seed in first..first.saturating_add(options.seeds) {
        match try_seed(project, seed, tests)? {
            Ok(()) => println!("seed {seed}: ok"),
            Err(why) => {
                println!("{why}");
                failed += 1;
            }
        }
    }
    ensure!(failed == 0, "{failed} of {} seeds failed", options.seeds);
    Ok(())
}

/// Runs tests with a seed; if any fails, what that was, and the line that does it again.
fn try_seed(project: &Project, seed: u64, tests: &[&str]) -> Result<Result<(), String>> {
    let mut line = vec!["run", "--boot", "direct", "--quiet", "--timeout", PATIENCE, "--schedule"];
    let (number, root) = (seed.to_string(), project.image("tests/tests.cpio"));
    let root = root.strip_prefix(project.path("")).unwrap_or(&root).display().to_string();
    line.extend([&*number, "--root", &root, "--", "/bin/run-tests"]);
    line.extend(tests);
    let mut machine = project.xtask();
    let printed = run_logged(project, "schedule", machine.current_dir(project.path("")).args(&line))?;
    if printed.success {
        return Ok(Ok(()));
    }
    let wrong: Vec<&str> = printed.text.lines().filter(|line| line.starts_with("not ok ")).collect();
    let wrong = if wrong.is_empty() { printed.tail() } else { wrong.join("\n") };
    Ok(Err(format!("seed {seed}:\n{wrong}\nto see it again: bin/{}", line.join(" "))))
}
