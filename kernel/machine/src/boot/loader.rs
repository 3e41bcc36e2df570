//! What the loader left in memory, as one [`BootInfo`]: Multiboot2's structures or PVH's.
//!
//! All of it lies below 4 GiB, where the stub's tables still show it, in memory that the map may call free: everything
//! is copied, except the modules, which the caller reserves.

use crate::kernel_space::{physmap, to_physical};
use arrayvec::ArrayString;
use core::ffi::CStr;
use logic::{
    address::{PhysAddr, PhysRange},
    boot_info::{BootInfo, Field, Format, Framebuffer, Module},
    memory_map::Kind,
    pvh,
};
use multiboot2::{BootInformation, BootInformationHeader, FramebufferType, MemoryAreaType};

const MULTIBOOT2: u32 = 2;
const PVH: u32 = 3;
const STUB_SEES: u64 = super::STUB_SEES;

type Result<T> = core::result::Result<T, &'static str>;

/// Reads the structures of a protocol that begin at an address.
pub(super) fn read(protocol: u32, information: PhysAddr, info: &mut BootInfo) -> Result<()> {
    match protocol {
        MULTIBOOT2 => read_multiboot2(information, info),
        PVH => read_pvh(information, info),
        _ => Err("the stub names a boot protocol that the kernel does not know"),
    }
}

fn read_multiboot2(information: PhysAddr, info: &mut BootInfo) -> Result<()> {
    let pointer = physmap(information).cast::<BootInformationHeader>();
    // SAFETY: GRUB's magic number says that the structure is there; `load` checks its size and end.
    let loaded = unsafe { BootInformation::load(pointer) }.map_err(|_| "the Multiboot2 information is damaged")?;
    if let Some(Ok(name)) = loaded.boot_loader_name_tag().map(|tag| tag.name()) {
        info.loader = fitting(name);
    }
    if let Some(Ok(line)) = loaded.command_line_tag().map(|tag| tag.cmdline()) {
        info.command_line = fitting(line);
    }
    let map = loaded.memory_map_tag().ok_or("the loader gave no memory map")?;
    for area in map.memory_areas() {
        info.memory.add(area.start_address(), area.size(), kind_of(area.typ()));
    }
    for module in loaded.module_tags() {
        let range = range(u64::from(module.start_address()), u64::from(module.module_size()))?;
        let command_line = fitting(module.cmdline().unwrap_or(""));
        info.modules.try_push(Module { range, command_line }).map_err(|_| "there are too many boot modules")?;
    }
    if let Some(Ok(tag)) = loaded.framebuffer_tag() {
        info.framebuffer = framebuffer(tag);
    }
    // ACPI's root pointer is a copy inside the information, behind the tag's header; so the information stays reserved.
    const TAG_HEADER: u64 = 8;
    let tag = loaded.rsdp_v2_tag().map(address_of).or(loaded.rsdp_v1_tag().map(address_of));
    info.acpi_root = tag.and_then(|tag| to_physical(tag).ok()).map(|tag| PhysAddr(tag.0 + TAG_HEADER));
    info.memory.reserve(information.0, loaded.total_size() as u64);
    Ok(())
}

fn kind_of(kind: MemoryAreaType) -> Kind {
    match kind {
        MemoryAreaType::Available => Kind::Usable,
        MemoryAreaType::AcpiAvailable => Kind::AcpiReclaimable,
        MemoryAreaType::ReservedHibernate => Kind::AcpiNvs,
        MemoryAreaType::Defective => Kind::Bad,
        _ => Kind::Reserved,
    }
}

fn framebuffer(tag: &multiboot2::FramebufferTag) -> Option<Framebuffer> {
    let format = match tag.buffer_type().ok()? {
        FramebufferType::RGB { red, green, blue } => {
            let field = |field: multiboot2::FramebufferField| Field { position: field.position, size: field.size };
            Format::Colours { red: field(red), green: field(green), blue: field(blue) }
        }
        FramebufferType::Text => Format::Text,
        FramebufferType::Indexed { .. } => return None,
    };
    Some(Framebuffer {
        address: PhysAddr(tag.address()),
        pitch: tag.pitch(),
        width: tag.width(),
        height: tag.height(),
        bits: tag.bpp(),
        format,
    })
}

fn address_of<T: ?Sized>(tag: &T) -> u64 {
    core::ptr::from_ref(tag).cast::<u8>() as u64
}

fn read_pvh(information: PhysAddr, info: &mut BootInfo) -> Result<()> {
    let start = pvh::StartInfo::parse(bytes(information.0, pvh::START_INFO_V1_SIZE as u64)?)?;
    info.loader = fitting("PVH");
    if start.command_line != 0 {
        info.command_line = fitting(text(start.command_line)?);
    }
    if start.memory_map == 0 {
        return Err("the loader gave no memory map");
    }
    let map = bytes(start.memory_map, u64::from(start.memory_entries) * pvh::MEMORY_SIZE as u64)?;
    for entry in pvh::memory_map(map) {
        info.memory.add(entry.start, entry.length, entry.kind);
    }
    let list = bytes(start.module_list, u64::from(start.modules) * pvh::MODULE_SIZE as u64)?;
    for entry in pvh::modules(list).filter(|entry| entry.length > 0) {
        let command_line = match entry.command_line {
            0 => ArrayString::new(),
            address => fitting(text(address)?),
        };
        let module = Module { range: range(entry.start, entry.length)?, command_line };
        info.modules.try_push(module).map_err(|_| "there are too many boot modules")?;
    }
    info.acpi_root = (start.acpi_root != 0).then_some(PhysAddr(start.acpi_root));
    Ok(())
}

fn range(start: u64, length: u64) -> Result<PhysRange> {
    let end = start.checked_add(length).ok_or("a boot module wraps around the end of memory")?;
    Ok(PhysRange { start: PhysAddr(start), end: PhysAddr(end) })
}

/// Physical memory that the stub's tables show.
fn bytes(address: u64, length: u64) -> Result<&'static [u8]> {
    if address.checked_add(length).is_none_or(|end| end > STUB_SEES) {
        return Err("the boot information lies beyond 4 GiB");
    }
    // SAFETY: mapped by the stub; nobody writes it while boot runs.
    Ok(unsafe { core::slice::from_raw_parts(physmap(PhysAddr(address)), length as usize) })
}

fn text(address: u64) -> Result<&'static str> {
    const LONGEST: u64 = 1 << 20;
    let bytes = bytes(address, LONGEST.min(STUB_SEES.saturating_sub(address)))?;
    let text = CStr::from_bytes_until_nul(bytes).map_err(|_| "a command line has no end")?;
    text.to_str().map_err(|_| "a command line is not UTF-8")
}

/// As much of a text as fits.
fn fitting<const N: usize>(text: &str) -> ArrayString<N> {
    let mut fitted = ArrayString::new();
    for character in text.chars() {
        if fitted.try_push(character).is_err() {
            break;
        }
    }
    fitted
}
