//! Device memory: an owned range of it, read and written by volatile accesses of a fixed size.

use crate::{kernel_space, resource};
use core::ptr::NonNull;
use logic::{address::PhysAddr, errno::Result};
use volatile::VolatilePtr;

/// Memory of a device, mapped without cache for as long as the kernel runs, that belongs to the holder.
#[derive(Debug)]
pub struct Mmio {
    base: NonNull<u8>,
    length: usize,
}

// SAFETY: device memory is the same seen from every CPU, and the holder alone decides who writes.
unsafe impl Send for Mmio {}
// SAFETY: what can be done through a shared reference is reading.
unsafe impl Sync for Mmio {}

impl Mmio {
    /// Claims a device's memory for an owner and maps it; `EBUSY` if it has one, `ENOMEM` if there is no room for page tables.
    ///
    /// # Safety
    /// The range belongs to a device, nobody else holds it, and nothing that is written there makes the device touch
    /// memory that the holder does not own.
    pub(crate) unsafe fn map(at: PhysAddr, length: usize, owner: &str) -> Result<Mmio> {
        resource::claim_memory(at, length as u64, owner)?;
        Ok(Mmio { base: kernel_space::map_device(at, length)?, length })
    }

    /// Its size in bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Reads a byte.
    pub fn read8(&self, offset: usize) -> u8 {
        self.at::<u8>(offset).read()
    }

    /// Reads two bytes at once.
    pub fn read16(&self, offset: usize) -> u16 {
        self.at::<u16>(offset).read()
    }

    /// Reads four bytes at once.
    pub fn read32(&self, offset: usize) -> u32 {
        self.at::<u32>(offset).read()
    }

    /// Writes a byte.
    pub fn write8(&mut self, offset: usize, value: u8) {
        self.at::<u8>(offset).write(value);
    }

    /// Writes two bytes at once.
    pub fn write16(&mut self, offset: usize, value: u16) {
        self.at::<u16>(offset).write(value);
    }

    /// Writes four bytes at once.
    pub fn write32(&mut self, offset: usize, value: u32) {
        self.at::<u32>(offset).write(value);
    }

    /// The register at an offset, which must lie inside and be aligned to its size.
    fn at<T: Copy>(&self, offset: usize) -> VolatilePtr<'_, T> {
        let inside = offset.checked_add(size_of::<T>()).is_some_and(|end| end <= self.length);
        assert!(
            inside && offset.is_multiple_of(size_of::<T>()),
            "a device register lies inside its memory and is aligned"
        );
        // SAFETY: the offset is inside the mapping, which is one allocation.
        let register = unsafe { self.base.add(offset) }.cast::<T>();
        // SAFETY: it is mapped and aligned (a mapping begins as its device's memory does, on a page), and only accessed
        // so.
        unsafe { VolatilePtr::new(register) }
    }
}
