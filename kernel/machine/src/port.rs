//! I/O ports: a range of them is an owned value that can be split and lent, never a number.
//!
//! Only this crate can make one, from a device's fixed place or from what PCI says; so whoever holds a range knows that
//! nobody else talks to that device. Intel SDM volume 1, chapter 19.

use x86_64::structures::port::{PortRead, PortWrite};

/// Ports that belong to the holder: `count` of them from `base` on.
#[derive(Debug)]
pub struct PortRange {
    base: u16,
    count: u16,
}

impl PortRange {
    /// The ports from `base` on.
    ///
    /// # Safety
    /// Nobody else holds any of these ports, and nothing that is written to them makes the device touch memory that the
    /// holder does not own.
    pub(crate) const unsafe fn new(base: u16, count: u16) -> PortRange {
        PortRange { base, count }
    }

    /// Divides the range in two: the first `count` ports, and the rest.
    pub fn split(self, count: u16) -> (PortRange, PortRange) {
        assert!(count <= self.count, "a port range is split inside itself");
        let rest = PortRange { base: self.base + count, count: self.count - count };
        (PortRange { base: self.base, count }, rest)
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
