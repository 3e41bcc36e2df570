//! The root: its files and folders, and archives that are not in order.

use crate::command::finish;
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, when};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Where these numbers stand in an entry's header (cpio(5), newc).
const FILE_SIZE: usize = 6 + 6 * 8;
const NAME_SIZE: usize = 6 + 11 * 8;

#[given(regex = r"^the file (\S+):$")]
fn file(world: &mut World, step: &Step, path: String) {
    fs::write(world.in_root(&path), format!("{}\n", text(step))).expect("a file in the root");
}

#[given(regex = r#"^the file (\S+) with (\d+) KiB of "(.*)"$"#)]
fn long_file(world: &mut World, path: String, kibibytes: usize, text: String) {
    let bytes: Vec<u8> = text.bytes().cycle().take(kibibytes * 1024).collect();
    fs::write(world.in_root(&path), bytes).expect("a file in the root");
}

#[given(regex = r"^the folder (\S+)$")]
fn folder(world: &mut World, path: String) {
    fs::create_dir_all(world.in_root(&path)).expect("a folder in the root");
}

#[given(regex = r"^the link (\S+) to (\S+)$")]
fn link(world: &mut World, path: String, target: String) {
    symlink(target, world.in_root(&path)).expect("a link in the root");
}

#[given(regex = r"^(\S+) has the mode ([0-7]+)$")]
fn has_mode(world: &mut World, path: String, mode: String) {
    let mode = u32::from_str_radix(&mode, 8).expect("an octal number");
    fs::set_permissions(world.in_root(&path), Permissions::from_mode(mode)).expect("a mode that can be set");
}

#[given("the project's own root")]
pub fn own_root(world: &mut World) {
    world.machine.root = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/images/root.cpio").into();
}

#[given("a directory of this computer goes along, with a file, links to it, to a directory and to nowhere")]
fn directory_with_links(world: &mut World) {
    let directory = world.path("along");
    fs::create_dir_all(directory.join("1.0")).expect("a directory");
    fs::write(directory.join("1.0/module"), "found\n").expect("a file");
    for (link, target) in [("1", "1.0"), ("module", "1/module"), ("lost", "/nowhere")] {
        symlink(target, directory.join(link)).expect("a link");
    }
    world.machine.add(&[&"--with", &directory]);
}

#[when(regex = r"^(\S+) runs in that directory$")]
async fn runs_in_that_directory(world: &mut World, program: String) {
    let directory = world.path("along");
    world.machine.add(&[&"--cwd", &directory]);
    let mut command = world.run();
    command.args(["--quiet", "--", &program]);
    world.outcomes.push(finish(command, Some(&[])).await);
}

#[given(regex = r"^a root archive that is (.*)$")]
async fn odd_root(world: &mut World, what: String) {
    world.machine.root = odd_archive(world, &what).await;
}

#[given(regex = r"^a further disk with a root archive that is (.*)$")]
async fn odd_disk(world: &mut World, what: String) {
    let archive = odd_archive(world, &what).await;
    world.machine.add(&[&"--disk", &archive, &"--append", &"root=/dev/vdb"]);
}

/// Packs the story's root into an archive, damaged as told.
async fn odd_archive(world: &World, what: &str) -> PathBuf {
    let archive = world.path("root.cpio");
    let whole = pack(world).await;
    let bytes = match what {
        "in order" => whole,
        "empty" => Vec::new(),
        "nothing but zeros" => vec![0; 64 * 1024],
        "a text" => b"This is no archive.\n".repeat(1000),
        "a tar archive" => tar(world).await,
        "cut off in the middle of a file" => whole[..whole.len() / 2].to_vec(),
        "cut off in a header" => whole[..50].to_vec(),
        "without its trailer" => whole[..find(&whole, b"TRAILER!!!") - 110].to_vec(),
        "damaged in a header" => with(whole, 3, 0, b"070799"),
        "damaged in a number" => with(whole, 2, NAME_SIZE, b"not hex!"),
        "full of names that do not end" => with(whole, 2, NAME_SIZE, b"ffffffff"),
        "full of files that do not end" => with(whole, 2, FILE_SIZE, b"ffffffff"),
        "of another kind of cpio" => with(whole, 0, 0, b"070707"),
        _ => panic!("unknown: {what}"),
    };
    fs::write(&archive, bytes).expect("an archive");
    archive
}

/// The root as the project packs it.
async fn pack(world: &World) -> Vec<u8> {
    let packed = world.path("packed.cpio");
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/xtask");
    let mut command = Command::new(xtask);
    command.arg("pack").arg(world.path("root")).arg(&packed);
    made(command, packed).await
}

async fn tar(world: &World) -> Vec<u8> {
    let packed = world.path("packed.tar");
    let mut command = Command::new("tar");
    command.arg("-cf").arg(&packed).arg("-C").arg(world.path("root")).arg(".");
    made(command, packed).await
}

/// What a command makes.
async fn made(command: Command, file: PathBuf) -> Vec<u8> {
    let outcome = finish(command, Some(&[])).await;
    assert_eq!(outcome.status, 0, "{outcome}");
    fs::read(file).expect("what was made")
}

/// The archive with other bytes in its nth header.
fn with(mut archive: Vec<u8>, nth: usize, field: usize, bytes: &[u8]) -> Vec<u8> {
    let mut at = field;
    for _ in 0..nth {
        at += 1 + find(&archive[at - field + 1..], b"070701");
    }
    archive[at..at + bytes.len()].copy_from_slice(bytes);
    archive
}

/// Where a pattern stands first.
fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes.windows(pattern.len()).position(|window| window == pattern).expect("the pattern in the archive")
}
