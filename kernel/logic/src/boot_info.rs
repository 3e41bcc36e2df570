//! What the kernel knows of its machine when it starts, whoever loaded it.
//!
//! `multiboot2` and `pvh` fill it from a loader's structures, which lie in memory that is used for other things later; so
//! everything here is a copy. It is large: it belongs in a static, not on a stack. Nothing in it is valid before `settle`.

use crate::address::{PhysAddr, PhysRange};
use crate::memory_map::{Kind, MemoryMap};
use arrayvec::{ArrayString, ArrayVec};
use core::fmt;

/// The longest command line of the kernel that is kept.
pub const COMMAND_LINE_MAX: usize = 4096;

/// The largest frame buffer that is believed, in bytes: 16384 by 16384 pixels.
const LARGEST_SCREEN: u64 = 1 << 30;

/// How many boot modules are kept.
pub const MODULES_MAX: usize = 8;

/// Number of areas of the loader's memory map that are kept unchanged.
pub const LOADER_AREAS_MAX: usize = 128;

/// What the loader told.
#[derive(Clone, Debug)]
pub struct BootInfo {
    /// The loader's name.
    pub loader: ArrayString<64>,
    /// The kernel's command line; `command_line` reads it.
    pub command_line: ArrayString<COMMAND_LINE_MAX>,
    /// The memory, without what the kernel, its modules and the loader's structures take.
    pub memory: MemoryMap,
    /// First areas of the memory map as the loader listed them.
    pub loader_areas: ArrayVec<LoaderArea, LOADER_AREAS_MAX>,
    /// Number of areas that the loader listed.
    pub loader_area_count: usize,
    /// Files that were loaded with the kernel.
    pub modules: ArrayVec<Module, MODULES_MAX>,
    /// The screen, if the loader set one up.
    pub framebuffer: Option<Framebuffer>,
    /// Reason for which the loader's screen is not used.
    pub framebuffer_refused: Option<&'static str>,
    /// Where ACPI's root pointer is.
    pub acpi_root: Option<PhysAddr>,
}

/// An area of the memory map as the loader listed it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoaderArea {
    /// First address.
    pub start: u64,
    /// Size in bytes.
    pub length: u64,
    /// Type, by the numbers of the PC firmware's map (E820), which Multiboot2 and PVH both use.
    pub code: u32,
}

/// A file that was loaded with the kernel.
#[derive(Clone, Debug)]
pub struct Module {
    /// Where it lies.
    pub range: PhysRange,
    /// What the loader's configuration says of it.
    pub command_line: ArrayString<256>,
}

/// A screen in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Framebuffer {
    /// Its upper left corner.
    pub address: PhysAddr,
    /// Bytes from a row to the next.
    pub pitch: u32,
    /// Columns: pixels, or characters.
    pub width: u32,
    /// Rows: pixels, or characters.
    pub height: u32,
    /// Bits of a pixel, or of a character with its colours.
    pub bits: u8,
    /// What these bits mean.
    pub format: Format,
}

/// How a screen shows something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Pixels of three colours.
    Colours {
        /// Where red stands.
        red: Field,
        /// Where green stands.
        green: Field,
        /// Where blue stands.
        blue: Field,
    },
    /// VGA text: characters of 16 bits.
    Text,
}

/// Some bits of a pixel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// The lowest bit.
    pub position: u8,
    /// How many bits.
    pub size: u8,
}

impl Default for BootInfo {
    fn default() -> Self {
        BootInfo::new()
    }
}

impl BootInfo {
    /// Nothing known yet.
    pub const fn new() -> BootInfo {
        BootInfo {
            loader: ArrayString::new_const(),
            command_line: ArrayString::new_const(),
            memory: MemoryMap::new(),
            loader_areas: ArrayVec::new_const(),
            loader_area_count: 0,
            modules: ArrayVec::new_const(),
            framebuffer: None,
            framebuffer_refused: None,
            acpi_root: None,
        }
    }

    /// Adds an area of the loader's memory map.
    pub fn add_area(&mut self, area: LoaderArea) {
        self.memory.add(area.start, area.length, area.kind());
        self.loader_area_count += 1;
        // Only the log shows those that are kept, and says how many there are.
        let _ = self.loader_areas.try_push(area);
    }

    /// Adds a boot module. Fails if there are too many, or if its end is no address.
    pub fn add_module(&mut self, start: u64, length: u64, command_line: &[u8]) -> Result<(), &'static str> {
        let range = PhysRange::new(PhysAddr(start), length).ok_or("a boot module wraps around the end of memory")?;
        let module = Module { range, command_line: text(command_line) };
        self.modules.try_push(module).map_err(|_| "there are too many boot modules")
    }

    /// Validates everything and reserves the memory of the kernel's image and of the modules. An error is the reason for which the
    /// kernel cannot start. An invalid frame buffer is left out and the reason noted: a machine can do without a screen.
    pub fn settle(&mut self, image: PhysRange) -> Result<(), &'static str> {
        self.check_modules(image)?;
        self.memory.reserve(image.start.0, image.length());
        for module in &self.modules {
            self.memory.reserve(module.range.start.0, module.range.length());
        }
        if self.memory.total_usable() == 0 {
            return Err("the loader's memory map has no free memory");
        }
        self.framebuffer_refused = self.framebuffer.and_then(|framebuffer| framebuffer.validate(&self.memory).err());
        self.framebuffer = self.framebuffer.filter(|_| self.framebuffer_refused.is_none());
        Ok(())
    }

    /// Checks that modules lie in usable memory and overlap neither each other nor the kernel.
    fn check_modules(&self, image: PhysRange) -> Result<(), &'static str> {
        for (index, module) in self.modules.iter().enumerate() {
            let others = self.modules[..index].iter().map(|module| module.range);
            if module.range.length() == 0 {
                return Err("a boot module is empty");
            }
            if !self.memory.usable().any(|usable| usable.contains(module.range)) {
                return Err("a boot module does not lie in memory that the memory map calls usable");
            }
            if others.chain([image]).any(|other| other.overlaps(module.range)) {
                return Err("a boot module overlaps the kernel or another module");
            }
        }
        Ok(())
    }
}

impl LoaderArea {
    /// Returns the kind that the kernel makes of the type.
    pub fn kind(&self) -> Kind {
        match self.code {
            1 => Kind::Usable,
            3 => Kind::AcpiReclaimable,
            4 => Kind::AcpiNvs,
            5 => Kind::Bad,
            _ => Kind::Reserved,
        }
    }
}

impl fmt::Display for LoaderArea {
    /// As in `0x0000000000100000-0x0000000007fdffff usable`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.start.saturating_add(self.length.saturating_sub(1));
        write!(f, "{:#018x}-{last:#018x} ", self.start)?;
        match self.code {
            1 => f.write_str("usable"),
            2 => f.write_str("reserved"),
            3 => f.write_str("ACPI data"),
            4 => f.write_str("ACPI NVS"),
            5 => f.write_str("unusable"),
            code => write!(f, "type {code}"),
        }
    }
}

/// Converts a loader's text up to its NUL, if it has one: as much as fits, with replacement characters for invalid UTF-8.
pub fn text<const N: usize>(bytes: &[u8]) -> ArrayString<N> {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut text = ArrayString::new();
    for chunk in bytes.utf8_chunks() {
        let damage = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        for character in chunk.valid().chars().chain(damage) {
            if text.try_push(character).is_err() {
                return text;
            }
        }
    }
    text
}

impl Framebuffer {
    /// Its size in bytes.
    pub const fn length(&self) -> u64 {
        self.pitch as u64 * self.height as u64
    }

    /// Checks whether it can be drawn on; an error says why not.
    pub fn validate(&self, memory: &MemoryMap) -> Result<(), &'static str> {
        let Some(range) = PhysRange::new(self.address, self.length()) else {
            return Err("the frame buffer ends beyond all addresses");
        };
        if self.width == 0 || self.height == 0 {
            return Err("the frame buffer has no area");
        }
        if self.length() > LARGEST_SCREEN {
            return Err("the frame buffer is too large");
        }
        if u64::from(self.width) * u64::from(self.bits).div_ceil(8) > u64::from(self.pitch) {
            return Err("the frame buffer's rows overlap");
        }
        if memory.touches_usable(range) {
            return Err("the frame buffer lies in memory that is free");
        }
        match self.format {
            Format::Text if self.bits == 16 => Ok(()),
            Format::Text => Err("the text screen's characters have not 16 bits"),
            Format::Colours { .. } if !matches!(self.bits, 15 | 16 | 24 | 32) => {
                Err("the frame buffer's pixels have not 15, 16, 24 or 32 bits")
            }
            Format::Colours { red, green, blue } => {
                let outside = |field: Field| u16::from(field.position) + u16::from(field.size) > u16::from(self.bits);
                let odd = |field: Field| field.size == 0 || field.size > 16 || outside(field);
                if [red, green, blue].into_iter().any(odd) {
                    return Err("the frame buffer's colours do not fit in its pixels");
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
#[path = "boot_info_tests.rs"]
mod tests;
