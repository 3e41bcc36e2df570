//! What the kernel knows of its machine when it starts, whoever loaded it.
//!
//! `machine::boot` fills it from Multiboot2's or PVH's structures, which belong to memory that is used for other things later;
//! so everything here is a copy. It is large: it belongs in a static, not on a stack.

use crate::address::{PhysAddr, PhysRange};
use crate::memory_map::MemoryMap;
use arrayvec::{ArrayString, ArrayVec};

/// The longest command line of the kernel that is kept.
pub const COMMAND_LINE_MAX: usize = 4096;

/// How many boot modules are kept.
pub const MODULES_MAX: usize = 8;

/// What the loader told.
#[derive(Clone, Debug)]
pub struct BootInfo {
    /// The loader's name.
    pub loader: ArrayString<64>,
    /// The kernel's command line; `command_line` reads it.
    pub command_line: ArrayString<COMMAND_LINE_MAX>,
    /// The memory, without what the kernel, its modules and the loader's structures take.
    pub memory: MemoryMap,
    /// Files that were loaded with the kernel.
    pub modules: ArrayVec<Module, MODULES_MAX>,
    /// The screen, if the loader set one up.
    pub framebuffer: Option<Framebuffer>,
    /// Where ACPI's root pointer is.
    pub acpi_root: Option<PhysAddr>,
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
            modules: ArrayVec::new_const(),
            framebuffer: None,
            acpi_root: None,
        }
    }

    /// Whether the kernel can start with this; if not, why. The modules must have been reserved in the memory map.
    pub fn validate(&self) -> Result<(), &'static str> {
        if self.memory.total_usable() == 0 {
            return Err("the loader's memory map has no free memory");
        }
        for module in &self.modules {
            if module.range.length() == 0 {
                return Err("a boot module is empty");
            }
            if self.memory.touches_usable(module.range) {
                return Err("a boot module lies in memory that is free");
            }
        }
        self.framebuffer.map_or(Ok(()), |framebuffer| framebuffer.validate(&self.memory))
    }
}

impl Framebuffer {
    /// Its size in bytes.
    pub const fn length(&self) -> u64 {
        self.pitch as u64 * self.height as u64
    }

    /// Whether it can be drawn on; if not, why. A machine can do without a screen: better leave it out than not start.
    pub fn validate(&self, memory: &MemoryMap) -> Result<(), &'static str> {
        let Some(range) = PhysRange::new(self.address, self.length()) else {
            return Err("the frame buffer ends beyond all addresses");
        };
        if self.width == 0 || self.height == 0 {
            return Err("the frame buffer has no area");
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
mod tests {
    use super::*;
    use crate::memory_map::Kind;

    fn usual() -> BootInfo {
        let mut info = BootInfo::new();
        info.memory.add(0, 64 << 20, Kind::Usable);
        info.memory.reserve(0x20_0000, 0x5000);
        let range = PhysRange::new(PhysAddr(0x20_0000), 0x4321).unwrap();
        info.modules.push(Module { range, command_line: ArrayString::new() });
        let field = |position| Field { position, size: 8 };
        let format = Format::Colours { red: field(16), green: field(8), blue: field(0) };
        let address = PhysAddr(0xfd00_0000);
        info.framebuffer = Some(Framebuffer { address, pitch: 4096, width: 1024, height: 768, bits: 32, format });
        info
    }

    #[test]
    fn a_usual_machine_is_accepted() {
        assert_eq!(usual().validate(), Ok(()));
        let mut text = usual();
        let address = PhysAddr(0xb_8000);
        text.memory.add(0xa_0000, 0x6_0000, Kind::Reserved);
        text.framebuffer =
            Some(Framebuffer { address, pitch: 160, width: 80, height: 25, bits: 16, format: Format::Text });
        assert_eq!(text.validate(), Ok(()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |change: fn(&mut BootInfo), word: &str| {
            let mut info = usual();
            change(&mut info);
            let reason = info.validate().unwrap_err();
            assert!(reason.contains(word), "{reason}");
        };
        refused(|info| info.memory = MemoryMap::new(), "no free memory");
        refused(|info| info.modules[0].range.end = info.modules[0].range.start, "empty");
        refused(|info| info.modules[0].range.end.0 += 0x1000, "module lies in memory that is free");
        fn screen(info: &mut BootInfo) -> &mut Framebuffer {
            info.framebuffer.as_mut().unwrap()
        }
        refused(|info| screen(info).address.0 = u64::MAX - 4096, "beyond");
        refused(|info| screen(info).address.0 = 0x100_0000, "buffer lies in memory that is free");
        refused(|info| screen(info).width = 0, "no area");
        refused(|info| screen(info).pitch = 4095, "rows");
        refused(|info| screen(info).bits = 8, "not 15");
        refused(|info| screen(info).bits = 16, "colours");
        refused(|info| screen(info).format = Format::Text, "characters");
    }
}
