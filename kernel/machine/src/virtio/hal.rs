//! What virtio-drivers needs of the machine: memory that a device may touch, and the addresses of things.
//!
//! Both lists are filled while drivers start and hardly change later.

use crate::frame::Contiguous;
use crate::kernel_space;
use crate::lock::SpinLock;
use crate::pci::{Device, Registers};
use crate::resource;
use alloc::vec::Vec;
use core::ptr::NonNull;
use logic::address::PhysAddr;
use logic::errno::{Errno, Result};
use virtio_drivers::transport::pci::bus::{BarInfo, PciRoot};
use virtio_drivers::{BufferDirection, Hal};

/// The machine, as virtio-drivers sees it.
pub(super) struct Memory;

/// The memory of all queues.
static QUEUES: SpinLock<Vec<Contiguous>> = SpinLock::new("virtio queues", Vec::new());
/// The registers of all devices.
static MAPPED: SpinLock<Vec<Mapping>> = SpinLock::new("virtio registers", Vec::new());

/// A device's registers in physical and in kernel memory.
#[derive(Clone, Copy)]
struct Mapping {
    physical: u64,
    length: u64,
    address: usize,
}

/// More than any virtio device's registers take; larger memory (a graphics card's) is not mapped.
const LARGEST: u64 = 1 << 20;

/// Claims and maps all registers of a device, because virtio-drivers cannot be told that mapping them has failed.
pub(super) fn map_registers(root: &mut PciRoot<Registers>, device: &Device, owner: &str) -> Result<()> {
    let bars = root.bars(device.address()).map_err(|_| Errno::EIO)?;
    for (physical, length) in bars.iter().flatten().filter_map(BarInfo::memory_address_size) {
        if physical != 0 && length <= LARGEST {
            resource::claim_memory(PhysAddr(physical), length, owner)?;
            let address = kernel_space::map_device(PhysAddr(physical), length as usize)?;
            let mapping = Mapping { physical, length, address: address.as_ptr() as usize };
            let mut mapped = MAPPED.lock();
            mapped.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
            mapped.push(mapping);
        }
    }
    Ok(())
}

impl Mapping {
    fn find(&self, physical: u64, length: u64) -> Option<NonNull<u8>> {
        let offset = physical.checked_sub(self.physical)?;
        let inside = offset.checked_add(length).is_some_and(|end| end <= self.length);
        NonNull::new((self.address + offset as usize) as *mut u8).filter(|_| inside)
    }
}

// SAFETY: queue memory is zeroed, contiguous, and ours until it is given back; registers are mapped for good, and asked
// for once by the one transport of their device; addresses of buffers are those that the page tables say.
unsafe impl Hal for Memory {
    /// The address 0 says that there is no memory.
    fn dma_alloc(pages: usize, _direction: BufferDirection) -> (u64, NonNull<u8>) {
        let order = pages.next_power_of_two().trailing_zeros() as usize;
        let Ok(memory) = Contiguous::new(order) else { return (0, NonNull::dangling()) };
        let (address, start) = (memory.address().0, NonNull::new(memory.pointer()));
        let mut queues = QUEUES.lock();
        match (start, queues.try_reserve(1)) {
            (Some(start), Ok(())) => {
                queues.push(memory);
                (address, start)
            }
            _ => (0, NonNull::dangling()),
        }
    }

    unsafe fn dma_dealloc(address: u64, _start: NonNull<u8>, _pages: usize) -> i32 {
        QUEUES.lock().retain(|memory| memory.address().0 != address);
        0
    }

    unsafe fn mmio_phys_to_virt(physical: u64, size: usize) -> NonNull<u8> {
        let found = MAPPED.lock().iter().find_map(|mapping| mapping.find(physical, size as u64));
        assert!(found.is_some(), "a virtio device's registers lie in the memory that PCI gave it");
        found.unwrap_or(NonNull::dangling())
    }

    unsafe fn share(buffer: NonNull<[u8]>, _direction: BufferDirection) -> u64 {
        let physical = kernel_space::to_physical(buffer.cast::<u8>().as_ptr() as u64);
        assert!(physical.is_ok(), "a buffer for a device lies in the map of physical memory or in the image");
        physical.map_or(0, |address| address.0)
    }

    unsafe fn unshare(_address: u64, _buffer: NonNull<[u8]>, _direction: BufferDirection) {}
}
