//! Devices as files: /dev.
//!
//! Whoever has a device registers it with a name and a number. A node of that number opens it, wherever the node is; /dev itself is
//! a tmpfs in which each registered device has a node. Block devices come from the list that `block` keeps.

mod disk;
pub mod disks;
mod kmsg;
mod memory;

use super::file::File;
use super::file_system::Volume;
use super::inode::{DeviceNumber, Kind};
use super::lookup::Lookup;
use super::mount::{self, MountFlags, Path};
use super::open_file::OpenFlags;
use super::proc::Text;
use super::tmpfs::Tmpfs;
use crate::block;
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// What a device's node opens.
pub trait Device: Send + Sync {
    /// The device as a file.
    fn open(&self, ctx: &TaskContext, flags: OpenFlags) -> Result<Arc<dyn File>>;
}

/// What opens all devices of a major number, which come and go.
pub trait Major: Send + Sync {
    /// The device of a number as a file.
    fn open(&self, ctx: &TaskContext, number: DeviceNumber, flags: OpenFlags) -> Result<Arc<dyn File>>;
}

/// A file that is the same for all who open it is its own device.
pub struct Shared(pub Arc<dyn File>);

/// A device that has been registered.
#[derive(Clone)]
struct Registered {
    name: &'static str,
    kind: Kind,
    mode: u16,
    device: Arc<dyn Device>,
}

static DEVICES: SpinLock<Vec<Registered>> = SpinLock::new("devices", Vec::new());

static MAJORS: SpinLock<Vec<(u32, Arc<dyn Major>)>> = SpinLock::new("major devices", Vec::new());

/// The directory that /dev shows, once there is one.
static DIRECTORY: SpinLock<Option<Path>> = SpinLock::new("/dev", None);

/// Directories and links that programs look for in /dev.
const DIRECTORIES: [(&[u8], u16); 2] = [(b"shm", 0o1777), (b"pts", 0o755)];
const LINKS: [(&[u8], &[u8]); 4] = [
    (b"fd", b"/proc/self/fd"),
    (b"stdin", b"/proc/self/fd/0"),
    (b"stdout", b"/proc/self/fd/1"),
    (b"stderr", b"/proc/self/fd/2"),
];

/// The file system that /dev shows, once there is one.
pub fn volume() -> Option<Arc<Volume>> {
    DIRECTORY.lock().as_ref().map(|directory| directory.mount.volume.clone())
}

/// Adds a device; its node appears in /dev at once if that is mounted.
pub fn register(ctx: &TaskContext, name: &'static str, kind: Kind, mode: u16, device: Arc<dyn Device>) -> Result<()> {
    let registered = Registered { name, kind, mode, device };
    {
        let mut devices = DEVICES.lock();
        devices.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        devices.push(registered.clone());
    }
    let directory = DIRECTORY.lock().clone();
    directory.map_or(Ok(()), |directory| make_node(ctx, &directory, registered.name, kind, mode))
}

/// Adds what opens the character devices of a major number.
pub fn register_major(major: u32, devices: Arc<dyn Major>) -> Result<()> {
    let mut majors = MAJORS.lock();
    majors.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    majors.push((major, devices));
    Ok(())
}

/// Opens the device that a node stands for; `ENXIO` if there is none.
pub fn open(ctx: &TaskContext, kind: Kind, flags: OpenFlags) -> Result<Arc<dyn File>> {
    if let Kind::BlockDevice(number) = kind {
        return disks::open(number);
    }
    let device = DEVICES.lock().iter().find(|device| device.kind == kind).map(|device| device.device.clone());
    if let Some(device) = device {
        return device.open(ctx, flags);
    }
    let number = kind.device();
    let major = MAJORS.lock().iter().find(|(major, _)| *major == number.major).map(|(_, devices)| devices.clone());
    major.ok_or(Errno::ENXIO)?.open(ctx, number, flags)
}

/// Mounts /dev in the root directory, which gets the folder if it has none, with a node for everything registered.
pub fn mount(ctx: &TaskContext, root: &Path) -> Result<()> {
    memory::register_all(ctx)?;
    kmsg::register_all(ctx)?;
    let volume = Volume::new(Tmpfs::of_type("devtmpfs", 0o755, None));
    let directory = mount::mount_at(ctx, root, b"dev", volume, MountFlags::NO_SET_ID, "udev")?;
    *DIRECTORY.lock() = Some(directory.clone());
    let devices = DEVICES.lock().clone();
    for Registered { name, kind, mode, .. } in devices {
        make_node(ctx, &directory, name, kind, mode)?;
    }
    for (index, disk) in block::disks().iter().enumerate() {
        make_node(ctx, &directory, disk.name(), Kind::BlockDevice(disks::number(index)), 0o660)?;
    }
    let lookup = maker(&directory);
    DIRECTORIES.iter().try_for_each(|(name, mode)| lookup.mkdir(ctx, None, name, *mode))?;
    LINKS.iter().try_for_each(|(name, target)| lookup.symlink(ctx, None, name, target))
}

fn make_node(ctx: &TaskContext, directory: &Path, name: &str, kind: Kind, mode: u16) -> Result<()> {
    match maker(directory).mknod(ctx, None, name.as_bytes(), kind, mode) {
        Err(Errno::EEXIST) => Ok(()),
        made => made,
    }
}

fn maker(directory: &Path) -> Lookup {
    Lookup { umask: 0, ..Lookup::new(directory.clone()) }
}

/// A character device of that number.
pub const fn character(major: u32, minor: u32) -> Kind {
    Kind::CharacterDevice(DeviceNumber::new(major, minor))
}

impl Device for Shared {
    fn open(&self, _ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        Ok(self.0.clone())
    }
}

/// The number of the disk at a place in the list of disks.
pub fn disk_number(index: usize) -> DeviceNumber {
    disks::number(index)
}

/// /proc/devices: which major numbers stand for what.
pub fn show_numbers(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    const NAMES: [(u32, &str); 6] =
        [(1, "mem"), (4, "ttyS"), (5, "/dev/tty"), (5, "/dev/console"), (5, "/dev/ptmx"), (136, "pts")];
    writeln!(text, "Character devices:")?;
    let is_there = |major: u32, name: &str| {
        let node = name.strip_prefix("/dev/");
        let devices = DEVICES.lock();
        devices.iter().any(|device| device.kind.device().major == major && node.is_none_or(|node| node == device.name))
    };
    for (major, name) in NAMES {
        if is_there(major, name) {
            writeln!(text, "{major:3} {name}")?;
        }
    }
    writeln!(text, "\nBlock devices:")?;
    if block::disks().is_empty() { Ok(()) } else { writeln!(text, "{:3} virtblk", disk_number(0).major) }
}

/// Shows every character device that is registered: its name and number.
pub fn for_each_character(mut show: impl FnMut(&str, DeviceNumber) -> Result<()>) -> Result<()> {
    let devices = DEVICES.lock().clone();
    devices.iter().try_for_each(|device| match device.kind {
        Kind::CharacterDevice(number) => show(device.name, number),
        _ => Ok(()),
    })
}
