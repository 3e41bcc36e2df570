//! `xtask test`, behind `make test`: all tests from cheap to dear, and one summary.
//!
//! Everything that a stage prints goes to `target/tests/STAGE.log`; what failed is told at once. The last line is
//! `N passed, N failed`.

mod checks;
mod features;
mod host;
mod programs;
mod schedules;
mod selftest;
mod soak;
mod stage;

use crate::build;
use crate::project::Project;
use anyhow::{Result, bail};
use clap::ValueEnum;
pub use schedules::{Schedules, schedules};
pub use soak::{Endurance, faults, soak};
use stage::{Report, Tally};

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
    /// The stories in features/
    Features,
    /// The programs in user/tests under Debian's own kernel, in the same machine (make test-linux; not among all)
    Linux,
}

impl Stage {
    const ALL: [Stage; 6] =
        [Stage::Checks, Stage::Host, Stage::Selftest, Stage::Programs, Stage::Soak, Stage::Features];

    fn name(self) -> &'static str {
        match self {
            Stage::Checks => "checks",
            Stage::Host => "host tests",
            Stage::Selftest => "self-tests",
            Stage::Programs => "programs",
            Stage::Soak => "endurance",
            Stage::Features => "features",
            Stage::Linux => "on Linux",
        }
    }

    /// Whether it boots what `make` builds.
    fn needs_images(self) -> bool {
        matches!(self, Stage::Selftest | Stage::Programs | Stage::Soak | Stage::Features | Stage::Linux)
    }

    fn run(self, project: &Project) -> Result<Report> {
        match self {
            Stage::Checks => checks::run(project),
            Stage::Host => host::run(project),
            Stage::Selftest => selftest::run(project),
            Stage::Programs => programs::run(project),
            Stage::Soak => soak::run(project),
            Stage::Features => features::run(project),
            Stage::Linux => programs::run_on_linux(project),
        }
    }
}

/// Runs these stages, or all; an error if anything failed.
pub fn test(project: &Project, stages: &[Stage]) -> Result<()> {
    let stages = if stages.is_empty() { &Stage::ALL } else { stages };
    let mut tally = Tally::default();
    let mut build_failure = None;
    let mut built = false;
    for &stage in stages {
        if stage.needs_images() && !built {
            built = true;
            build_failure = build::build(project).err().map(|error| format!("the build failed: {error:#}"));
        }
        tally.begin(stage.name());
        let report = match build_failure.as_deref().filter(|_| stage.needs_images()) {
            Some(failure) => Report::could_not_run(failure),
            None => stage.run(project).unwrap_or_else(|error| Report::could_not_run(&format!("{error:#}"))),
        };
        tally.end(report);
    }
    tally.print_summary();
    if tally.has_failures() { bail!("there were failures; what was printed is in target/tests") } else { Ok(()) }
}
