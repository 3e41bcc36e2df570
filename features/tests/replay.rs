//! Recorded runs: every run that can be is recorded, and the recording is kept if the story fails.

use crate::command::finish;
use crate::world::World;
use cucumber::{then, when};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What `bin/run` cannot record: disks, cards, other kernels and loaders, processors that race, samples. And what would make it another machine:
/// a small memory, in which a root that is no disk has no room.
const UNRECORDABLE: [&str; 10] =
    ["--disk", "--net", "--forward", "--smp", "--machine", "--memory", "--kernel", "--accel", "--screen", "--profile"];

/// Where recordings of failed stories are kept.
fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("tests/recordings")
}

/// Whether a machine with these words can be recorded.
pub fn can_record(boot: &str, options: &[impl AsRef<OsStr>]) -> bool {
    boot == "direct" && !options.iter().any(|word| UNRECORDABLE.iter().any(|other| word.as_ref() == *other))
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
    commands.split("; ").for_each(|gdb| {
        command.args(["--execute", gdb]);
    });
    world.outcomes.push(finish(command, Some(&[])).await);
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
