//! `xtask test`, behind `make test`: all tests from cheap to dear, and one summary.
//!
//! Everything that a stage prints goes to `target/tests/STAGE.log`; what failed is told at once. The last line is
//! `N passed, N failed`.

mod checks;
mod features;
mod host;
mod lanes;
mod natively;
pub mod one;
mod programs;
mod schedules;
mod selftest;
mod soak;
mod stage;

use anyhow::{Result, bail, ensure};
use clap::{Args, ValueEnum};
pub use schedules::{Schedules, schedules};
pub use soak::{Endurance, faults, soak};
use stage::{Report, Tally};
use std::sync::{Mutex, OnceLock};
use xtask::build::{self, Root, Wanted};
use xtask::project::{Build, Project};

/// The options of `xtask test`.
#[derive(Args)]
pub struct Options {
    /// Stages: checks, host, selftest, programs, soak, release, unoptimized, features, linux, schedules, soak-long; behind `programs` or `linux`
    /// only these tests (CHAPTER or CHAPTER/NAME) [default: all but the last four and unoptimized]
    #[arg(value_name = "STAGE|TEST")]
    words: Vec<String>,
}

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Format, lints and layers
    Checks,
    /// Tests of the crates that run on the host
    Host,
    /// The kernel's tests of itself
    Selftest,
    /// The programs in user/tests, on Linux and on Cor
    Programs,
    /// Endurance, in its short form
    Soak,
    /// The kernel that is compiled as a whole: its tests of itself
    Release,
    /// The kernel without optimisation: its tests of itself (long)
    Unoptimized,
    /// The stories in features/
    Features,
    /// The programs in user/tests under Debian's own kernel, in the same machine (among the long ones)
    Linux,
    /// The programs in user/tests under twenty schedules (long)
    Schedules,
    /// Endurance in its long form (long)
    SoakLong,
}

impl Stage {
    /// Those of `make test`, in the order in which they begin: what lasts long begins early.
    const ALL: [Stage; 7] =
        [Stage::Checks, Stage::Selftest, Stage::Programs, Stage::Release, Stage::Host, Stage::Soak, Stage::Features];

    /// Those of `make test-long`.
    const LONG: [Stage; 4] = [Stage::Unoptimized, Stage::Linux, Stage::Schedules, Stage::SoakLong];

    fn name(self) -> &'static str {
        match self {
            Stage::Checks => "checks",
            Stage::Host => "host tests",
            Stage::Selftest => "self-tests",
            Stage::Programs => "programs",
            Stage::Soak => "endurance",
            Stage::Release => "release",
            Stage::Unoptimized => "unoptimized",
            Stage::Features => "features",
            Stage::Linux => "on Linux",
            Stage::Schedules => "schedules",
            Stage::SoakLong => "endurance",
        }
    }

    /// Whether it needs no machine that is built before.
    fn is_on_host(self) -> bool {
        matches!(self, Stage::Checks | Stage::Host | Stage::Unoptimized)
    }

    /// Runs it, with the programs that are wanted, or all.
    fn run(self, project: &Project, tests: &[String]) -> Result<Report> {
        match self {
            Stage::Checks => checks::run(project),
            Stage::Host => host::run(project),
            Stage::Selftest => selftest::run(project, Build::default()),
            Stage::Programs => programs::run(project, tests),
            Stage::Soak => soak::run(project),
            Stage::Release => selftest_of(project, Build::Release),
            Stage::Unoptimized => selftest_of(project, Build::Unoptimized),
            Stage::Features => {
                build(project, Build::Release)?;
                features::run(project)
            }
            Stage::Linux => programs::run_on_linux(project, tests),
            Stage::Schedules => schedules::run_long(project),
            Stage::SoakLong => soak::run_long(project),
        }
    }
}

/// Builds a kernel of another profile than the usual one, and has it test itself.
fn selftest_of(project: &Project, kernel: Build) -> Result<Report> {
    build(project, kernel)?;
    selftest::run(project, kernel)
}

/// Builds a kernel, and the roots that tests boot from.
fn build(project: &Project, kernel: Build) -> Result<()> {
    build::build(project, &Wanted { kernels: vec![kernel], roots: vec![Root::Tests] })
}

/// Runs these stages, or all; an error if anything failed.
pub fn test(project: &Project, options: &Options) -> Result<()> {
    let (stages, tests) = stages_and_tests(&options.words)?;
    run(project, &stages, tests)
}

/// Runs what takes longer than a person waits; an error if anything failed.
pub fn test_long(project: &Project) -> Result<()> {
    run(project, &Stage::LONG, &[])
}

fn run(project: &Project, stages: &[Stage], tests: &[String]) -> Result<()> {
    let build_failure = OnceLock::new();
    if stages.iter().any(|stage| !stage.is_on_host())
        && let Err(error) = build(project, Build::default())
    {
        // Set once, here.
        let _ = build_failure.set(format!("the build failed: {error:#}"));
    }
    let tally = Mutex::new(Tally::default());
    lanes::run(stages, &tally, &|stage| match build_failure.get().filter(|_| !stage.is_on_host()) {
        Some(failure) => Report::could_not_run(failure),
        None => stage.run(project, tests).unwrap_or_else(|error| Report::could_not_run(&format!("{error:#}"))),
    });
    let tally = tally.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    tally.print_summary();
    if tally.has_failures() { bail!("there were failures; what was printed is in target/tests") } else { Ok(()) }
}

/// Takes the stages at the front apart from the tests behind them.
fn stages_and_tests(words: &[String]) -> Result<(Vec<Stage>, &[String])> {
    let stages: Vec<Stage> = words.iter().map_while(|word| Stage::from_str(word, false).ok()).collect();
    let tests = &words[stages.len()..];
    let takes_tests = |stage: &Stage| matches!(stage, Stage::Programs | Stage::Linux);
    if let Some(first) = tests.first() {
        ensure!(
            !stages.is_empty() && stages.iter().all(takes_tests),
            "there is no stage {first:?}; a test is named behind the stage: xtask test programs {first}"
        );
    }
    Ok((if stages.is_empty() { Stage::ALL.to_vec() } else { stages }, tests))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn tests_stand_behind_their_stage() {
        assert_eq!(stages_and_tests(&[]).unwrap().0, Stage::ALL);
        assert_eq!(stages_and_tests(&words("checks host")).unwrap().0, [Stage::Checks, Stage::Host]);
        let words_of_one = words("programs thread/many pipe");
        let (stages, tests) = stages_and_tests(&words_of_one).unwrap();
        assert_eq!((stages, tests), (vec![Stage::Programs], &words("thread/many pipe")[..]));
        assert!(stages_and_tests(&words("thread/many")).is_err());
        assert!(stages_and_tests(&words("host thread/many")).is_err());
    }
}
