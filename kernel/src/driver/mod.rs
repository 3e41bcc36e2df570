//! Drivers: what stands between the hardware and the traits that `block` and `tty` own. `init` calls `start_console`
//! early and `start_devices` once tasks run; nobody else names a driver.

mod console;
mod keyboard;
mod screen;
mod uart;
mod virtio_blk;

pub use console::{finish, start_console};

use crate::block;
use crate::fs::proc;
use crate::log::{error, info};
use crate::task::TaskContext;
use alloc::format;
use alloc::string::String;
use core::fmt::Write;
use logic::errno::{Errno, Result};
use machine::{pci, virtio};
use virtio_blk::VirtioDisk;

/// Lists every device on the PCI bus, and starts those that there are drivers for. One that fails is left out, with a
/// word in the log; an error means that nothing could be listed.
pub fn start_devices() -> Result<()> {
    let mut list = String::new();
    for device in pci::devices()? {
        info!(target: "machine::pci", "{device}");
        list.push_str(&format!("{device}\n"));
        if virtio::kind(&device) == Some(virtio::Kind::Block) {
            start_disk(device).unwrap_or_else(|why| error!(target: "cor::virtio_blk", "a disk does not start: {why}"));
        }
    }
    proc::register("cor/devices", move |_: &TaskContext, text: &mut proc::Text| text.write_str(&list))
}

/// Disks are called vda, vdb and so on, in the order of buses and slots.
fn start_disk(device: pci::Device) -> Result<()> {
    let disk = VirtioDisk::open(device, disk_name(block::disks().len())?)?;
    info!(target: "cor::virtio_blk", "{}", *disk);
    block::register(disk)
}

/// `vda` to `vdz`, then `vdaa` and on.
fn disk_name(number: usize) -> Result<String> {
    let mut name = String::new();
    name.try_reserve_exact(8).map_err(|_| Errno::ENOMEM)?;
    let mut rest = number + 1;
    while rest > 0 {
        rest -= 1;
        name.insert(0, char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    name.insert_str(0, "vd");
    Ok(name)
}
