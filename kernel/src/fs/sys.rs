//! /sys: a small part of Linux's tree of devices, sysfs(5): processors, disks, terminals.
//!
//! It is made of the same folders and texts as /proc, filled when it is mounted.

use super::file_system::{FileSystem, Statistics, Volume, nameless_device};
use super::inode::{DeviceNumber, Inode, InodeId, Target};
use super::mount::{self, MountFlags, Path};
use super::proc::{Contents, Fixed, Folder, Link, READ_ONLY, Text, TextFile, new_identity_on};
use crate::block::{self, Disk};
use crate::fs::dev;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::Write;
use linux_raw_sys::general as linux;
use logic::errno::Result;
use machine::lock::SpinLock;

/// Folders that programs look for, though nothing is in them.
const FOLDERS: [&str; 6] = ["bus", "firmware", "fs", "kernel", "module", "power"];

/// The root folder, made when it is first needed.
static ROOT: SpinLock<Option<Arc<Folder>>> = SpinLock::new("/sys", None);

/// The one file system of its kind.
struct Sys;

static VOLUME: SpinLock<Option<Arc<Volume>>> = SpinLock::new("/sys as a file system", None);

/// The one file system of its kind, in use.
pub fn volume() -> Arc<Volume> {
    let fresh = Volume::new(Arc::new(Sys));
    VOLUME.lock().get_or_insert(fresh).clone()
}

/// Fills it with what is there, and mounts it on /sys, which is made if need be.
pub fn mount(ctx: &TaskContext, root: &Path) -> Result<()> {
    FOLDERS.iter().try_for_each(|name| folder_at(name).map(drop))?;
    processors()?;
    block::disks().iter().enumerate().try_for_each(|(index, disk)| show_disk(index, disk))?;
    dev::for_each_character(
        |name, number| if number.major == 4 || number.major == 5 { show_terminal(name, number) } else { Ok(()) },
    )?;
    let flags = MountFlags::NO_SET_ID | MountFlags::NO_DEVICES | MountFlags::NO_RUN;
    mount::mount_at(ctx, root, b"sys", volume(), flags, "sysfs").map(drop)
}

/// One processor runs, whatever the machine has.
fn processors() -> Result<()> {
    for name in ["online", "possible", "present"] {
        text(&format!("devices/system/cpu/{name}"), Fixed("0"))?;
    }
    text("devices/system/cpu/offline", Fixed(""))?;
    folder_at("devices/system/cpu/cpu0").map(drop)
}

fn show_disk(index: usize, disk: &Arc<dyn Disk>) -> Result<()> {
    let (name, number) = (disk.name(), dev::disk_number(index));
    // Tools leave out what is under devices/virtual, or has no device behind it: a disk in a file.
    let device = format!("devices/pci0000:00/virtio{index}");
    let place = format!("{device}/block/{name}");
    link(&format!("{place}/device"), String::from("../.."))?;
    text(&format!("{place}/dev"), Fixed(format!("{}:{}", number.major, number.minor)))?;
    text(&format!("{place}/size"), Fixed(disk.sectors()))?;
    text(&format!("{place}/ro"), Fixed(u8::from(disk.read_only())))?;
    text(&format!("{place}/removable"), Fixed(0))?;
    let counted = disk.clone();
    text(&format!("{place}/stat"), move |_: &TaskContext, text: &mut Text| writeln!(text, "{}", counted.counts()))?;
    text(&format!("{place}/queue/logical_block_size"), Fixed(disk.block_size()))?;
    link(&format!("block/{name}"), format!("../{place}"))?;
    link(&format!("class/block/{name}"), format!("../../{place}"))?;
    link(&format!("dev/block/{}:{}", number.major, number.minor), format!("../../{place}"))
}

fn show_terminal(name: &str, number: DeviceNumber) -> Result<()> {
    let place = format!("devices/virtual/tty/{name}");
    text(&format!("{place}/dev"), Fixed(format!("{}:{}", number.major, number.minor)))?;
    if name == "console" {
        text(&format!("{place}/active"), Fixed("ttyS0"))?;
    }
    link(&format!("class/tty/{name}"), format!("../../{place}"))?;
    link(&format!("dev/char/{}:{}", number.major, number.minor), format!("../../{place}"))
}

fn text(path: &str, contents: impl Contents + 'static) -> Result<()> {
    let file = TextFile::new(new_identity(), READ_ONLY, Arc::new(contents));
    add(path, Arc::new(file))
}

fn link(path: &str, target: String) -> Result<()> {
    let target: Box<[u8]> = target.into_bytes().into_boxed_slice();
    add(path, Arc::new(Link::new(new_identity(), move |_: &TaskContext| Ok(Target::Path(target.clone())))))
}

fn add(path: &str, inode: Arc<dyn Inode>) -> Result<()> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    folder_at(folder)?.add(name, inode)
}

fn folder_at(path: &str) -> Result<Arc<Folder>> {
    let mut folder = root();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        folder = folder.folder(name)?;
    }
    Ok(folder)
}

fn root() -> Arc<Folder> {
    ROOT.lock().get_or_insert_with(|| Arc::new(Folder::new(new_identity()))).clone()
}

fn new_identity() -> InodeId {
    static DEVICE: SpinLock<Option<DeviceNumber>> = SpinLock::new("/sys's device", None);
    new_identity_on(*DEVICE.lock().get_or_insert_with(nameless_device))
}

impl FileSystem for Sys {
    fn type_name(&self) -> &'static str {
        "sysfs"
    }

    fn root(&self) -> Arc<dyn Inode> {
        root()
    }

    fn statistics(&self) -> Statistics {
        Statistics { magic: linux::SYSFS_MAGIC.into(), block_size: 4096, ..Statistics::default() }
    }
}
