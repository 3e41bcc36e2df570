//! Images that boot by themselves.

use crate::command::finish;
use crate::machine::{PATIENCE, bin_run};
use crate::session::sit_down;
use crate::world::World;
use cucumber::{given, then, when};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::OnceCell;
use tokio::time::sleep;

/// Image files count time in steps of this.
const TICK: Duration = Duration::from_secs(2);

/// The images, each made once.
static ISO: OnceCell<PathBuf> = OnceCell::const_new();
static DISK: OnceCell<PathBuf> = OnceCell::const_new();

/// The image that is called so.
async fn image(what: &str) -> &'static Path {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tests/images");
    fs::create_dir_all(&directory).expect("a directory for images");
    match what {
        "an ISO image" => ISO.get_or_init(|| make(what, directory.join("cor.iso"))).await,
        _ => DISK.get_or_init(|| make(what, directory.join("cor.img"))).await,
    }
}

/// Makes an image in a file, which is given back.
async fn make(what: &str, file: PathBuf) -> PathBuf {
    let mut command = xtask_image(&file);
    if what == "a disk image" {
        command.args(["--size", &smallest(&file).await]);
    }
    let outcome = finish(command, Some(&[])).await;
    assert_eq!(outcome.status, 0, "{outcome}");
    file
}

/// The smallest size of a disk image, as the refusal of a smaller one says it.
async fn smallest(file: &Path) -> String {
    let mut command = xtask_image(file);
    command.args(["--size", "1M"]);
    let outcome = finish(command, Some(&[])).await;
    let size = outcome.errors.split_once("too small: ").and_then(|(_, rest)| rest.split_once(" is the smallest"));
    size.unwrap_or_else(|| panic!("no smallest size is said{outcome}")).0.to_string()
}

fn xtask_image(file: &Path) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/xtask"));
    command.args(["image", "--build", "quick", "--as-built", "--output"]).arg(file);
    command
}

#[given(
    regex = r"^a person at the prompt of (an ISO image|a disk image) on a (CD|USB stick|disk), started by (BIOS|UEFI)$"
)]
async fn at_prompt_of(world: &mut World, what: String, medium: String, firmware: String) {
    let medium = if medium == "USB stick" { "usb" } else { &medium.to_lowercase() };
    let boot = if firmware == "BIOS" { "grub" } else { "uefi" };
    let mut command = bin_run();
    command.args(["--boot-from", medium]).arg(image(&what).await);
    // Two stories may have the file at the same time.
    command.args(["--snapshot", "--boot", boot, "--timeout", &PATIENCE.to_string()]);
    sit_down(world, command).await;
}

#[when(regex = r"^(an ISO image|a disk image) is made twice, at another time and place on earth$")]
async fn made_twice(world: &mut World, what: String) {
    let first = image(&what).await;
    while fs::metadata(first)
        .and_then(|about| about.modified())
        .is_ok_and(|made| made.elapsed().unwrap_or_default() < TICK)
    {
        sleep(TICK / 10).await;
    }
    let again = world.path("again");
    let mut command = xtask_image(&again);
    command.env("TZ", "Asia/Tokyo");
    if what == "a disk image" {
        command.args(["--size", &fs::metadata(first).expect("the image").len().to_string()]);
    }
    let outcome = finish(command, Some(&[])).await;
    assert_eq!(outcome.status, 0, "{outcome}");
    world.images = vec![first.to_path_buf(), again];
}

#[then("both have the same bytes")]
fn same_bytes(world: &mut World) {
    let read = |file: &PathBuf| fs::read(file).expect("an image");
    let [first, second] = [0, 1].map(|number| world.images.get(number).map(read).expect("two images"));
    let different = first.iter().zip(&second).position(|(a, b)| a != b);
    assert_eq!((first.len(), different), (second.len(), None), "where the images differ");
}
