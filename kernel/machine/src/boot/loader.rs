//! Access to the loader's structures in memory, Multiboot2's or PVH's, which logic/multiboot2.rs and logic/pvh.rs read.
//!
//! All of it lies below 4 GiB, where the stub's tables still show it, in memory that the map may call free: everything is
//! copied, except the modules and the range that is returned, which the caller reserves.

use crate::kernel_space::physmap;
use logic::{
    address::{PhysAddr, PhysRange},
    boot_info::BootInfo,
    multiboot2, pvh,
};

const MULTIBOOT2: u32 = 2;
const PVH: u32 = 3;
const STUB_SEES: u64 = super::STUB_SEES;

type Result<T> = core::result::Result<T, &'static str>;

/// Reads the structures of a protocol that begin at an address; the range that must be kept, since ACPI's root pointer is in it.
pub(super) fn read(protocol: u32, information: PhysAddr, info: &mut BootInfo) -> Result<PhysRange> {
    match protocol {
        MULTIBOOT2 => {
            let size = multiboot2::size(bytes(information.0, multiboot2::HEADER_SIZE as u64)?)? as u64;
            multiboot2::read(information, bytes(information.0, size)?, info)?;
            Ok(PhysRange { start: information, end: PhysAddr(information.0 + size) })
        }
        PVH => {
            pvh::read(&bytes, information.0, info)?;
            Ok(PhysRange { start: information, end: information })
        }
        _ => Err("the stub names a boot protocol that the kernel does not know"),
    }
}

/// Physical memory that the stub's tables show.
fn bytes(address: u64, length: u64) -> Result<&'static [u8]> {
    if address.checked_add(length).is_none_or(|end| end > STUB_SEES) {
        return Err("the boot information lies beyond 4 GiB");
    }
    // SAFETY: mapped by the stub; nobody writes it while boot runs.
    Ok(unsafe { core::slice::from_raw_parts(physmap(PhysAddr(address)), length as usize) })
}
