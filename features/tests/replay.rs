//! Recorded runs: every run that can be is recorded, and the recording is kept if the story fails. And gdb, on
//! recorded and on other runs.

use crate::command::finish;
use crate::machine::build;
use crate::world::World;
use cucumber::{then, when};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What `bin/run` cannot record: cards, other kernels, processors that race, samples. And a screen is looked at when the machine is off,
/// which a recorded one is later.
const UNRECORDABLE: [&str; 8] =
    ["--disk-faults", "--net", "--forward", "--smp", "--kernel", "--accel", "--screen", "--profile"];

/// Where recordings of failed stories are kept.
fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("tests/recordings")
}

/// Whether a machine with these words can be recorded.
pub fn can_record(boot: &str, options: &[impl AsRef<OsStr>]) -> bool {
    boot != "uefi" && !options.iter().any(|word| UNRECORDABLE.iter().any(|other| word.as_ref() == *other))
}

/// Keeps the recordings of a story that failed, and says how to see them.
pub fn keep(world: &World, story: &str) {
    let made = (0..world.recordings.get()).map(|number| world.recording(number)).filter(|folder| folder.exists());
    for (number, folder) in made.enumerate() {
        let name: String = story.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
        let kept = shelf().join(format!("{name}-{number}"));
        let moved = fs::create_dir_all(shelf()).and_then(|()| {
            let _ = fs::remove_dir_all(&kept);
            // The story's folder may be on another disk.
            let copied = std::process::Command::new("cp").arg("-r").arg(&folder).arg(&kept).status()?;
            if copied.success() { Ok(()) } else { Err(std::io::Error::other("cp failed")) }
        });
        match moved {
            Ok(()) => println!("to see this run again, to the instruction: bin/replay {}", kept.display()),
            Err(error) => println!("the recording of this run could not be kept: {error}"),
        }
    }
}

#[when(regex = r#"^bin/when looks for "(.*)" in its recording$"#)]
async fn bin_when(world: &mut World, expression: String) {
    let mut command = tool("when");
    command.arg(last_recording(world)).arg(expression);
    world.outcomes.push(finish(command, Some(&[])).await);
}

#[when("bin/replay prints its recording")]
async fn bin_replay_prints(world: &mut World) {
    let mut command = tool("replay");
    command.arg(last_recording(world)).arg("--print");
    world.outcomes.push(finish(command, Some(&[])).await);
}

#[when(regex = r#"^bin/replay is given "(.*)" for gdb$"#)]
async fn bin_replay_gdb(world: &mut World, commands: String) {
    let mut command = tool("replay");
    command.arg(last_recording(world)).arg("--batch");
    execute(&mut command, &commands);
    world.outcomes.push(finish(command, Some(&[])).await);
}

/// gdb at the kernel's entry, on a machine that runs a program.
#[when(regex = r#"^bin/debug is given "(.*)" for gdb$"#)]
async fn bin_debug(world: &mut World, commands: String) {
    let mut command = tool("debug");
    command.env("COR_BUILD", build()).args(["--boot", "direct", "--batch"]);
    execute(&mut command, &commands);
    command.args(["--", "/bin/hello"]);
    world.outcomes.push(finish(command, Some(&[])).await);
}

fn execute(command: &mut Command, commands: &str) {
    commands.split("; ").for_each(|gdb| {
        command.args(["--execute", gdb]);
    });
}

#[then(regex = r"^the last frame that gdb shows is (.+)$")]
fn last_frame(world: &mut World, functions: String) {
    let text = world.outcome().text();
    let last = frames(&text).next_back().unwrap_or_default();
    let is_one = functions.split(" or ").any(|function| last.contains(&format!("{function} ()")));
    assert!(is_one, "the last frame is {last:?}{}", world.outcome());
}

#[then("every frame that gdb shows has a name")]
fn frames_have_names(world: &mut World) {
    let text = world.outcome().text();
    let nameless = frames(&text).find(|frame| frame.contains("in ?? ()"));
    assert_eq!(nameless, None, "a frame without a name{}", world.outcome());
}

/// The lines of backtraces that gdb has printed.
fn frames(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.lines().filter(|line| line.starts_with('#'))
}

#[then("both times the console says the same")]
fn says_the_same(world: &mut World) {
    let [.., first, second] = &world.outcomes[..] else { panic!("there were no two runs") };
    let (first, second) = (first.text(), second.text());
    assert!(second.starts_with(first.trim_end()), "the replay says otherwise{}", world.outcome());
}

fn tool(name: &str) -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("bin").join(name))
}

fn last_recording(world: &World) -> PathBuf {
    let number = world.recordings.get().checked_sub(1).expect("a run that was recorded");
    world.recording(number)
}
