//! The PCI bus: what is on it, and its configuration registers. PCI Local Bus Specification 3.0, chapter 6.
//!
//! `driver` asks for the list of devices once and gives each to who can drive it. The lock protects the pair of ports
//! through which one register at a time can be seen.

mod bars;
mod names;
mod scan;

use crate::lock::SpinLock;
use crate::port::PortRange;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::{Errno, Result};
use virtio_drivers::transport::pci::bus::{Command, ConfigurationAccess, DeviceFunction, PciRoot};

/// The ports through which configuration registers are seen: address and data.
// SAFETY: named only here; what is written to a device's registers through it is the concern of who writes.
static PORTS: SpinLock<PortRange> = SpinLock::new("pci configuration", unsafe { PortRange::of_pc(0xcf8, 8) });
const ADDRESS: u16 = 0;
const DATA: u16 = 4;
const ENABLE: u32 = 1 << 31;

/// A device: one function of what sits in a slot. There is one such value for each, and its holder drives it.
#[derive(Debug)]
pub struct Device {
    address: DeviceFunction,
    identity: Identity,
    interrupt_line: Option<u8>,
}

/// What a device says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who made it.
    pub vendor: u16,
    /// The maker's number for it.
    pub device: u16,
    /// What kind of thing it is, such as 1 for storage.
    pub class: u8,
    /// What kind of that kind.
    pub subclass: u8,
    /// How it is programmed.
    pub interface: u8,
}

/// All devices, in the order of buses and slots; `EBUSY` the second time, since each device has one holder.
pub fn devices() -> Result<Vec<Device>> {
    static GIVEN: AtomicBool = AtomicBool::new(false);
    if GIVEN.swap(true, Ordering::Relaxed) {
        return Err(Errno::EBUSY);
    }
    PORTS.lock().register("PCI conf1");
    scan::all()
}

impl Device {
    /// What it says that it is.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// What it is, in words.
    pub fn name(&self) -> &'static str {
        names::of(self.identity)
    }

    /// The line of the interrupt controllers that its pin is wired to, if any.
    pub fn interrupt_line(&self) -> Option<u8> {
        self.interrupt_line
    }

    /// Whether it is a virtio device.
    pub fn is_virtio(&self) -> bool {
        self.identity.vendor == names::VIRTIO
    }

    pub(crate) fn address(&self) -> DeviceFunction {
        self.address
    }

    /// Lets it do nothing.
    pub(crate) fn silence(&self) {
        root().set_command(self.address, Command::empty());
    }

    /// Lets it answer to its memory and ports, read and write memory by itself, and raise its interrupt pin.
    pub(crate) fn enable(&self) {
        let wanted = Command::IO_SPACE | Command::MEMORY_SPACE | Command::BUS_MASTER;
        root().set_command(self.address, wanted);
    }
}

/// What virtio-drivers walks the registers with.
pub(crate) fn root() -> PciRoot<Registers> {
    PciRoot::new(Registers)
}

/// Every device's configuration registers, behind the lock.
pub(crate) struct Registers;

impl ConfigurationAccess for Registers {
    fn read_word(&self, device: DeviceFunction, register: u8) -> u32 {
        let mut ports = PORTS.lock();
        ports.write32(ADDRESS, select(device, register));
        ports.read32(DATA)
    }

    fn write_word(&mut self, device: DeviceFunction, register: u8, value: u32) {
        let mut ports = PORTS.lock();
        ports.write32(ADDRESS, select(device, register));
        ports.write32(DATA, value);
    }

    unsafe fn unsafe_clone(&self) -> Self {
        Registers
    }
}

fn select(device: DeviceFunction, register: u8) -> u32 {
    let [bus, slot, function] = [device.bus, device.device, device.function].map(u32::from);
    ENABLE | bus << 16 | slot << 11 | function << 8 | u32::from(register & !3)
}

impl fmt::Display for Device {
    /// As in `00:03.0 [1af4:1001] virtio block device`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DeviceFunction { bus, device, function } = self.address;
        let Identity { vendor, device: number, .. } = self.identity;
        write!(f, "{bus:02x}:{device:02x}.{function} [{vendor:04x}:{number:04x}] {}", self.name())
    }
}
