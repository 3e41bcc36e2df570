//! Runs the stories in `features/*.feature` against what a person uses: `bin/run`, and the images that `make` builds.
//!
//! ```text
//! world.rs      what a story has in hand            command.rs    a command, and what came of it
//! program.rs    programs, compiled from the story   elf.rs        programs whose file is damaged
//! root.rs       files and folders of the root, and archives that are not in order
//! machine.rs    memory, disks, cards, how it boots  run.rs        running programs on it
//! input.rs      standard input                      output.rs     what is printed and said, and how it ends
//! terminal.rs   a person at the console             session.rs    what is typed at the prompt, and what comes of it
//! screen.rs     the picture on the machine's screen linux.rs      other kernels
//! replay.rs     recordings of runs, and gdb         profile.rs    what the machine was at
//! image.rs      images that boot by themselves
//! tools.rs      the project's other commands        help.rs       bin/cucumber --help
//! ```
//!
//! With `FEATURES_KERNEL=FILE` every story is told to that kernel (a Linux bzImage) instead of Cor, to see whether the story is
//! right; those tagged `@cor` speak of Cor alone and are then left out. Those tagged `@release` are told to the kernel that is compiled as
//! a whole.

#![allow(clippy::expect_used, clippy::panic, reason = "a step fails by panicking")]
#![allow(unreachable_pub, reason = "nothing outside reaches into a program")]

mod command;
mod elf;
mod help;
mod image;
mod input;
mod linux;
mod machine;
mod output;
mod profile;
mod program;
mod replay;
mod root;
mod run;
mod screen;
mod session;
mod terminal;
mod tools;
mod world;

use cucumber::event::ScenarioFinished;
use cucumber::{StatsWriter as _, World as _, gherkin};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use world::World;

/// Scenarios at once. Most of their time machines wait, for a person or a time, so that two processors are enough for four of them.
const AT_ONCE: usize = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if help::is_wanted() {
        print!("{}", help::HELP);
        return ExitCode::SUCCESS;
    }
    static LEFT_OUT: AtomicUsize = AtomicUsize::new(0);
    let stories = World::cucumber().max_concurrent_scenarios(AT_ONCE).fail_on_skipped();
    let stories = stories.after(|_, _, scenario, event, world| {
        if let (ScenarioFinished::StepFailed(..), Some(world)) = (event, world) {
            replay::keep(world, &scenario.name);
        }
        Box::pin(async {})
    });
    let stories = stories.before(|feature, _, scenario, world| {
        if is_tagged(feature, scenario, "release") {
            machine::build_whole();
            world.machine.add(&[&"--build", &"release"]);
        }
        Box::pin(async {})
    });
    let told = stories
        .filter_run(env!("CARGO_MANIFEST_DIR"), |feature, _, scenario| {
            let missing = what_is_missing(feature, scenario);
            if let Some(missing) = missing {
                println!("skipped: {}: {} ({missing})", feature.name, scenario.name);
                LEFT_OUT.fetch_add(1, Ordering::Relaxed);
            }
            missing.is_none()
        })
        .await;
    let stories = told.scenarios_stats();
    let failed = stories.failed + told.parsing_errors() + told.hook_errors();
    let skipped = stories.skipped + LEFT_OUT.load(Ordering::Relaxed);
    println!("scenarios {} passed, {failed} failed, {skipped} skipped", stories.passed);
    ExitCode::from(u8::from(told.execution_has_failed() || stories.passed == 0))
}

/// Whether a story, or the feature that it belongs to, has this tag.
fn is_tagged(feature: &gherkin::Feature, scenario: &gherkin::Scenario, tag: &str) -> bool {
    scenario.tags.iter().chain(&feature.tags).any(|given| given == tag)
}

/// Why a story cannot be told on this computer, if so.
fn what_is_missing(feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<&'static str> {
    let tagged = |tag: &str| is_tagged(feature, scenario, tag);
    if tagged("cor") && machine::other_kernel().is_some() {
        Some("it is about Cor")
    } else if tagged("known-gap") && machine::other_kernel().is_none() {
        Some("Cor does not do this right yet")
    } else if tagged("linux") && linux::kernel().is_none() {
        Some("no Debian kernel is unpacked in target/linux")
    } else if tagged("uefi") && !machine::has_uefi() {
        Some("UEFI for QEMU is not installed")
    } else {
        None
    }
}
