//! The machine: its memory, disks and cards, and how it boots.

use crate::replay::can_record;
use crate::world::World;
use cucumber::{given, then};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;
use tokio::process::Command;

/// A sector of a disk, in bytes.
const SECTOR: usize = 512;
/// File that receives what is written to QEMU's debug port.
const DEBUG_PORT: &str = "debug-port";

/// After how many seconds a machine is ended that hangs: many times what the longest story takes, for a host that others
/// use too, and less than the story has (`command::LIMIT`), so that what it printed is seen.
pub const PATIENCE: u32 = 300;

/// A machine as `bin/run` is to be told of it.
#[derive(Debug)]
pub struct Machine {
    /// The root: a folder, or an archive.
    pub root: PathBuf,
    /// How it boots.
    boot: String,
    /// After how many seconds it is ended.
    timeout: u32,
    /// Further words for `bin/run`.
    pub options: Vec<OsString>,
}

impl Machine {
    /// One that QEMU boots directly, with this root.
    pub fn new(root: PathBuf) -> Machine {
        Machine { root, boot: "direct".to_string(), timeout: PATIENCE, options: Vec::new() }
    }

    /// Adds words for `bin/run`.
    pub fn add(&mut self, words: &[&dyn AsRef<std::ffi::OsStr>]) {
        self.options.extend(words.iter().map(|word| word.as_ref().to_os_string()));
    }

    /// Whether what it does can be recorded.
    pub fn is_recordable(&self) -> bool {
        other_kernel().is_none() && can_record(&self.boot, &self.options)
    }

    /// `bin/run` for this machine, perhaps recorded; what is to run on it is to be added.
    pub fn command(&self, recording: Option<&Path>) -> Command {
        let mut command = bin_run();
        command.arg("--root").arg(&self.root).args(["--boot", &self.boot]);
        command.arg("--timeout").arg(self.timeout.to_string()).args(&self.options);
        if let Some(recording) = recording {
            command.arg("--record").arg(recording);
        }
        if let Some(kernel) = other_kernel() {
            command.arg("--kernel").arg(kernel);
        }
        command
    }
}

/// `bin/run` as it stands in the project, of what has been built before the stories began.
pub fn bin_run() -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("bin").join("run"));
    command.env("COR_NO_BUILD", "1").env("COR_BUILD", build());
    command
}

/// How the kernel is compiled that most stories are told to.
pub fn build() -> String {
    env::var("COR_BUILD").unwrap_or_else(|_| "quick".to_string())
}

/// The kernel that the stories are told to instead of Cor.
pub fn other_kernel() -> Option<PathBuf> {
    env::var_os("FEATURES_KERNEL").map(PathBuf::from)
}

/// Builds the kernel that is compiled as a whole, the first time that a story asks for it.
pub fn build_whole() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/xtask");
        let status = std::process::Command::new(xtask).args(["build", "--build", "release"]).status();
        assert!(status.expect("xtask").success(), "the kernel cannot be compiled as a whole");
    });
}

/// Whether this computer has UEFI for QEMU.
pub fn has_uefi() -> bool {
    ["/usr/share/OVMF", "/usr/share/edk2"].iter().any(|folder| Path::new(folder).is_dir())
}

#[given(regex = r"^a machine that boots by (GRUB|UEFI|QEMU itself)$")]
fn boot(world: &mut World, how: String) {
    let boot = if how == "QEMU itself" { "direct".to_string() } else { how.to_lowercase() };
    world.machine.boot = boot;
}

#[given(regex = r"^a machine with (\d+[MG]) of memory$")]
fn memory(world: &mut World, size: String) {
    world.machine.add(&[&"--memory", &size]);
}

#[given("a machine that has its root as a boot module")]
fn boot_module(world: &mut World) {
    world.machine.add(&[&"--initrd"]);
}

#[given("a machine with a network card")]
fn network(world: &mut World) {
    world.machine.add(&[&"--net"]);
}

#[given("a machine with a debug port")]
fn debug_port(world: &mut World) {
    let option = format!("-debugcon file:{}", world.path(DEBUG_PORT).display());
    world.machine.add(&[&"--qemu", &option]);
}

#[then(regex = r#"^the debug port says "(.*)"$"#)]
fn debug_port_says(world: &mut World, text: String) {
    let said = String::from_utf8_lossy(&fs::read(world.path(DEBUG_PORT)).expect("what was written to the debug port"))
        .into_owned();
    assert!(said.contains(&text), "the debug port does not say {text:?}, but {said}");
}

#[given(regex = r#"^a machine with QEMU's options "(.*)"$"#)]
fn options_of_qemu(world: &mut World, options: String) {
    world.machine.add(&[&"--qemu", &options]);
}

#[given(regex = r"^a machine of the type (\S+)$")]
fn machine_type(world: &mut World, name: String) {
    world.machine.add(&[&"--machine", &name]);
}

#[given(regex = r"^a machine with (\d+) processors$")]
fn processors(world: &mut World, count: String) {
    world.machine.add(&[&"--smp", &count]);
}

#[given(regex = r"^a machine with the processor (\S+)$")]
fn processor(world: &mut World, model: String) {
    world.machine.add(&[&"--cpu", &model]);
}

#[given(regex = r#"^a disk that says "(.*)" all over sector (\d+)$"#)]
fn disk_with_text(world: &mut World, text: String, sector: usize) {
    let mut bytes = vec![0; SECTOR * 64];
    let place = &mut bytes[sector * SECTOR..][..SECTOR];
    place.iter_mut().zip(text.bytes().cycle()).for_each(|(byte, new)| *byte = new);
    attach(world, &bytes);
}

#[given(regex = r"^an empty disk of (\d+) MiB$")]
fn empty_disk(world: &mut World, mebibytes: usize) {
    attach(world, &vec![0; mebibytes << 20]);
}

#[given(regex = r"^a machine that may run for (\d+) seconds$")]
fn may_run_for(world: &mut World, seconds: u32) {
    world.machine.timeout = seconds;
}

#[given(regex = r"^its disk cannot (read|write) sector (\d+)(, the first time)?$")]
fn bad_sector(world: &mut World, what: String, sector: usize, once: String) {
    let once = if once.is_empty() { "off" } else { "on" };
    let rule = format!("event = \"none\"\niotype = \"{what}\"\nsector = \"{sector}\"\nonce = \"{once}\"\n");
    add_disk_fault(world, &rule);
}

#[given("its disk cannot make anything durable")]
fn bad_flush(world: &mut World) {
    add_disk_fault(world, "event = \"none\"\niotype = \"flush\"\n");
}

/// Adds to the rules by which QEMU's blkdebug has the further disks fail.
fn add_disk_fault(world: &mut World, rule: &str) {
    let file = world.path("disk-faults");
    let earlier = fs::read_to_string(&file).unwrap_or_default();
    if earlier.is_empty() {
        world.machine.add(&[&"--disk-faults", &file]);
    }
    fs::write(&file, format!("{earlier}[inject-error]\nerrno = \"5\"\nimmediately = \"off\"\n{rule}")).expect("rules");
}

#[given("what is written to disks is dropped")]
fn snapshot(world: &mut World) {
    world.machine.add(&[&"--snapshot"]);
}

fn attach(world: &mut World, bytes: &[u8]) {
    let number = world.machine.options.iter().filter(|word| *word == "--disk").count();
    let file = disk(world, number);
    fs::write(&file, bytes).expect("a disk");
    world.machine.add(&[&"--disk", &file]);
}

/// Where a disk lies: the first, /dev/vdb, is number 0.
fn disk(world: &World, number: usize) -> PathBuf {
    world.path(format!("disk{number}.img"))
}

#[then(regex = r#"^sector (\d+) of the disk begins with "(.*)"$"#)]
fn sector_begins(world: &mut World, sector: usize, text: String) {
    let bytes = fs::read(disk(world, 0)).expect("the disk");
    let found = String::from_utf8_lossy(&bytes[sector * SECTOR..][..text.len()]).into_owned();
    assert_eq!(found, text, "{}", world.outcome());
}
