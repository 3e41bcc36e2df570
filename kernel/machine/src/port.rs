//! I/O ports: a range of them is an owned value that can be lent, never a number.
//!
//! Only this crate can make one, from a device's fixed place or from what PCI says, and each is a claim in the tree of
//! resources (`resource`, shown as /proc/ioports); so whoever holds a range knows that nobody else talks to that device.
//! Intel SDM volume 1, chapter 19.

use crate::resource;
use core::mem::ManuallyDrop;
use logic::errno::Result;
use x86_64::structures::port::{PortRead, PortWrite};

/// Ports that belong to the holder: `count` of them from `base` on. Dropping it gives up the claim.
#[derive(Debug)]
pub struct PortRange {
    base: u16,
    count: u16,
}

impl PortRange {
    /// Claims the ports from `base` on for an owner. `EBUSY` if one of them belongs to another, which the log names.
    ///
    /// # Safety
    /// Nothing that is written to these ports makes the device touch memory that the holder does not own.
    pub(crate) unsafe fn claim(base: u16, count: u16, owner: &'static str) -> Result<PortRange> {
        resource::claim_ports(base, count, owner)?;
        Ok(PortRange { base, count })
    }

    /// The ports of a part that every PC has, for a static; [`Self::register`] claims them.
    ///
    /// # Safety
    /// As for `claim`; nobody else names these ports, and the owner registers them before it uses them.
    pub(crate) const unsafe fn of_pc(base: u16, count: u16) -> PortRange {
        PortRange { base, count }
    }

    /// Claims what was made by `of_pc`, once.
    pub(crate) fn register(&self, owner: &'static str) {
        let claimed = resource::claim_ports(self.base, self.count, owner);
        assert!(claimed.is_ok(), "the ports of a part of the PC are claimed once, and first");
    }

    /// Takes ports away from whoever owns them.
    ///
    /// # Safety
    /// The machine stops or starts anew by what is written, and no owner of the ports runs any more.
    pub(crate) unsafe fn seize(base: u16, count: u16) -> ManuallyDrop<PortRange> {
        ManuallyDrop::new(PortRange { base, count })
    }

    /// Reads a byte.
    pub fn read8(&self, offset: u16) -> u8 {
        self.read(offset)
    }

    /// Reads two bytes at once.
    pub fn read16(&self, offset: u16) -> u16 {
        self.read(offset)
    }

    /// Reads four bytes at once.
    pub fn read32(&self, offset: u16) -> u32 {
        self.read(offset)
    }

    /// Writes a byte.
    pub fn write8(&mut self, offset: u16, value: u8) {
        self.write(offset, value);
    }

    /// Writes two bytes at once.
    pub fn write16(&mut self, offset: u16, value: u16) {
        self.write(offset, value);
    }

    /// Writes four bytes at once.
    pub fn write32(&mut self, offset: u16, value: u32) {
        self.write(offset, value);
    }

    fn read<T: PortRead>(&self, offset: u16) -> T {
        let port = self.port::<T>(offset);
        // SAFETY: the port is inside the range, which the holder owns.
        unsafe { T::read_from_port(port) }
    }

    fn write<T: PortWrite>(&mut self, offset: u16, value: T) {
        let port = self.port::<T>(offset);
        // SAFETY: the port is inside the range, which the holder owns.
        unsafe { T::write_to_port(port, value) }
    }

    fn port<T>(&self, offset: u16) -> u16 {
        let end = usize::from(offset) + size_of::<T>();
        assert!(end <= usize::from(self.count), "a port lies inside its range");
        self.base + offset
    }
}

impl Drop for PortRange {
    fn drop(&mut self) {
        resource::release_ports(self.base, self.count);
    }
}
