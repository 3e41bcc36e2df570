//! Virtio devices, by the crate virtio-drivers' PCI transport and queues. Virtio specification 1.2.
//!
//! `driver` opens a device here and gets a safe value; memory that a device may touch stays owned by that value until
//! the device has given it back.

mod block;
mod hal;
mod slots;

pub use block::{Block, Refused, Token};

use crate::pci;
use hal::Memory;
use logic::errno::{Errno, Result};
use virtio_drivers::transport::DeviceType;
use virtio_drivers::transport::pci::PciTransport;

/// What a virtio device is for, as far as Cor has drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A disk.
    Block,
    /// Something else.
    Other,
}

/// What a device is for; `None` if it is no virtio device.
pub fn kind(device: &pci::Device) -> Option<Kind> {
    const TRANSITIONAL_BLOCK: u16 = 0x1001;
    const BLOCK: u16 = 0x1040 + DeviceType::Block as u16;
    device.is_virtio().then(|| match device.identity().device {
        TRANSITIONAL_BLOCK | BLOCK => Kind::Block,
        _ => Kind::Other,
    })
}

/// Opens the device's registers for a driver. `EIO` if it is not a virtio device of the modern kind, `EBUSY` if another has them.
fn connect(device: &pci::Device, owner: &str) -> Result<PciTransport> {
    let mut root = pci::root();
    // While its memory is measured it answers to no address; an emulator rebuilds its map at each change of that.
    device.silence();
    hal::map_registers(&mut root, device, owner)?;
    let transport = PciTransport::new::<Memory, _>(&mut root, device.address()).map_err(|why| {
        log::error!("{device}: {why}");
        Errno::EIO
    })?;
    device.enable();
    Ok(transport)
}
