//! Boot information of a Multiboot2 loader (GRUB): a list of tags. Multiboot2 specification 2.0, chapter 3.6.
//!
//! The list is untrusted: every size in it is checked against the bytes that are there, and a damaged list is an error with a
//! reason, never a panic. `machine::boot` maps the bytes and calls [`read`].

use crate::address::PhysAddr;
use crate::boot_info::{BootInfo, Field, Format, Framebuffer, LoaderArea, text};
use crate::bytes::{u32_at, u64_at};

/// Size of the list's header: the size of all, and a reserved word.
pub const HEADER_SIZE: usize = 8;
/// Largest list that is accepted, in bytes.
const LARGEST: usize = 16 << 20;
/// Type and size, before each tag's contents.
const TAG_HEADER: usize = 8;
/// Alignment of the tags.
const ALIGNMENT: usize = 8;
/// Size of an entry of the memory map, at least; later versions may add fields.
const AREA_SIZE: usize = 24;

/// Types of tags.
mod tag {
    pub(super) const END: u32 = 0;
    pub(super) const COMMAND_LINE: u32 = 1;
    pub(super) const LOADER: u32 = 2;
    pub(super) const MODULE: u32 = 3;
    pub(super) const MEMORY_MAP: u32 = 6;
    pub(super) const FRAMEBUFFER: u32 = 8;
    pub(super) const ACPI_1: u32 = 14;
    pub(super) const ACPI_2: u32 = 15;
}

type Result<T> = core::result::Result<T, &'static str>;

/// A tag: its type, where in the list its contents begin, and these.
struct Tag<'a> {
    kind: u32,
    place: usize,
    contents: &'a [u8],
}

/// Returns the size of the whole list in bytes, from its header; an error if it is out of bounds.
pub fn size(header: &[u8]) -> Result<usize> {
    let size = u32_at(header, 0).ok_or("the Multiboot2 information is cut off")? as usize;
    if size < HEADER_SIZE + TAG_HEADER {
        return Err("the Multiboot2 information is too short to have an end");
    }
    if size > LARGEST {
        return Err("the Multiboot2 information is larger than any that is right");
    }
    Ok(size)
}

/// Reads the list at a physical address. An error names the damage; `info` is then incomplete.
pub fn read(address: PhysAddr, list: &[u8], info: &mut BootInfo) -> Result<()> {
    let list = list.get(..size(list)?).ok_or("the Multiboot2 information is cut off")?;
    let mut place = HEADER_SIZE;
    loop {
        let tag = tag_at(list, place)?;
        if tag.kind == tag::END {
            break;
        }
        take(address, &tag, info)?;
        place = (tag.place + tag.contents.len()).next_multiple_of(ALIGNMENT);
    }
    if info.loader_area_count == 0 { Err("the loader gave no memory map") } else { Ok(()) }
}

fn tag_at(list: &[u8], place: usize) -> Result<Tag<'_>> {
    let rest = list.get(place..).unwrap_or_default();
    let (Some(kind), Some(size)) = (u32_at(rest, 0), u32_at(rest, 4)) else {
        return Err("the Multiboot2 information has no end tag");
    };
    let contents = rest.get(TAG_HEADER..size as usize).ok_or("a tag of the Multiboot2 information has a wrong size")?;
    Ok(Tag { kind, place: place + TAG_HEADER, contents })
}

fn take(address: PhysAddr, tag: &Tag<'_>, info: &mut BootInfo) -> Result<()> {
    let contents = tag.contents;
    let copy = PhysAddr(address.0 + tag.place as u64);
    match tag.kind {
        tag::COMMAND_LINE => info.command_line = text(contents),
        tag::LOADER => info.loader = text(contents),
        tag::MODULE => take_module(contents, info)?,
        tag::MEMORY_MAP => take_areas(contents, info)?,
        tag::FRAMEBUFFER => info.framebuffer = framebuffer(contents),
        // The root pointer is a copy inside the list; that of version 2 is the better one.
        tag::ACPI_1 => info.acpi_root = info.acpi_root.or(Some(copy)),
        tag::ACPI_2 => info.acpi_root = Some(copy),
        _ => {}
    }
    Ok(())
}

fn take_module(contents: &[u8], info: &mut BootInfo) -> Result<()> {
    let (Some(start), Some(end)) = (u32_at(contents, 0), u32_at(contents, 4)) else {
        return Err("a boot module's tag is cut off");
    };
    let length = end.checked_sub(start).ok_or("a boot module ends before it begins")?;
    info.add_module(start.into(), length.into(), contents.get(8..).unwrap_or_default())
}

fn take_areas(contents: &[u8], info: &mut BootInfo) -> Result<()> {
    let size = u32_at(contents, 0).ok_or("the memory map's tag is cut off")? as usize;
    if size < AREA_SIZE || !size.is_multiple_of(ALIGNMENT) {
        return Err("the memory map's entries have a wrong size");
    }
    for entry in contents.get(8..).unwrap_or_default().chunks_exact(size) {
        if let (Some(start), Some(length), Some(code)) = (u64_at(entry, 0), u64_at(entry, 8), u32_at(entry, 16)) {
            info.add_area(LoaderArea { start, length, code });
        }
    }
    Ok(())
}

/// A screen of pixels or of text; `None` for one of a palette, or a tag that is cut off.
fn framebuffer(contents: &[u8]) -> Option<Framebuffer> {
    const COLOURS: u8 = 1;
    const TEXT: u8 = 2;
    let byte = |at: usize| contents.get(at).copied();
    let field = |at: usize| Some(Field { position: byte(at)?, size: byte(at + 1)? });
    let format = match byte(21)? {
        COLOURS => Format::Colours { red: field(24)?, green: field(26)?, blue: field(28)? },
        TEXT => Format::Text,
        _ => return None,
    };
    Some(Framebuffer {
        address: PhysAddr(u64_at(contents, 0)?),
        pitch: u32_at(contents, 8)?,
        width: u32_at(contents, 12)?,
        height: u32_at(contents, 16)?,
        bits: byte(20)?,
        format,
    })
}

#[cfg(test)]
#[path = "multiboot2_tests.rs"]
mod tests;
