//! `workbench`: the part of the host tool that tests, measures, records and draws. `xtask` builds and starts it.

#![allow(unreachable_pub, reason = "nothing outside reaches into a program")]

mod bench;
mod bootchart;
mod profile;
mod replay;
mod syscalls;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::process::exit;
use xtask::project::Project;
use xtask::run;

/// The part of Cor's host tool that tests, measures, records and draws
#[derive(Parser)]
#[command(name = "xtask", bin_name = "xtask")]
struct Cli {
    #[command(subcommand)]
    command: Do,
}

#[derive(Subcommand)]
enum Do {
    /// Run the tests: all, or these
    Test(test::Options),
    /// Run the tests that take longer: on Debian's kernel, many schedules, endurance
    TestLong,
    /// Build and run one program of user/tests, on this host and on Cor
    TestOne(test::one::Options),
    /// Have everything fail that can fail in the programs of user/tests
    Faults {
        /// Programs as they lie in the root, or folders of them (with a slash at the end)
        programs: Vec<String>,
    },
    /// Run the programs of user/tests under many schedules
    Schedules(test::Schedules),
    /// Test endurance, in its long form
    Soak(test::Endurance),
    /// Measure Cor beside Debian's kernel
    Bench(bench::Options),
    /// Run a recorded run again under gdb (bin/replay)
    Replay(replay::Session),
    /// Tell when a value of a recorded run changed last (bin/when)
    When(replay::When),
    /// Write docs/syscalls.md (bin/syscalls)
    Syscalls,
    /// Draw a boot step by step (bin/bootchart)
    Bootchart(bootchart::Options),
    /// Draw the samples of a run (for bin/run --profile)
    #[command(hide = true)]
    DrawProfile(profile::Options),
    /// Become another program (for replays)
    #[command(hide = true)]
    Child {
        /// The process to die with
        parent: i32,
        /// The program and its arguments
        #[arg(last = true)]
        words: Vec<OsString>,
    },
}

fn main() {
    let result = Project::find().and_then(|project| execute(&project, Cli::parse().command));
    exit(xtask::command::status(result));
}

fn execute(project: &Project, command: Do) -> Result<()> {
    match command {
        Do::Test(options) => test::test(project, &options),
        Do::TestLong => test::test_long(project),
        Do::TestOne(options) => test::one::test(project, &options),
        Do::Faults { programs } => test::faults(project, &programs),
        Do::Schedules(options) => test::schedules(project, &options),
        Do::Soak(options) => test::soak(project, &options),
        Do::Bench(options) => bench::bench(project, &options),
        Do::Replay(options) => replay::replay(project, &options),
        Do::When(options) => replay::when(project, &options),
        Do::Syscalls => syscalls::write(project),
        Do::Bootchart(options) => bootchart::draw(project, &options),
        Do::DrawProfile(options) => profile::draw(&options),
        Do::Child { parent, words } => run::machine::become_child(parent, &words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
