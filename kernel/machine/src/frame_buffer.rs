//! A screen of pixels that the loader has set up. Multiboot2 specification 1.6, section 3.6.12.

use crate::mmio::Mmio;
use logic::boot_info::{Field, Format, Framebuffer};
use logic::errno::{Errno, Result};

/// The screen, black at first.
#[derive(Debug)]
pub struct FrameBuffer {
    memory: Mmio,
    width: usize,
    height: usize,
    pitch: usize,
    bytes_per_pixel: usize,
    colours: [Field; 3],
}

impl FrameBuffer {
    /// The screen that the loader told of, once. `ENODEV` if there is none of pixels, `ENOMEM` if it cannot be mapped.
    pub fn open() -> Result<FrameBuffer> {
        let told = crate::boot::info().and_then(|info| info.framebuffer).ok_or(Errno::ENODEV)?;
        let Framebuffer { address, pitch, width, height, bits, format: Format::Colours { red, green, blue } } = told
        else {
            return Err(Errno::ENODEV);
        };
        // SAFETY: the loader says that this is the screen (and the memory map, that it is no RAM of ours); it is opened
        // once.
        let memory = unsafe { Mmio::map(address, told.length() as usize, "screen") }?;
        let (width, height, pitch) = (width as usize, height as usize, pitch as usize);
        let bytes_per_pixel = usize::from(bits).div_ceil(8);
        Ok(FrameBuffer { memory, width, height, pitch, bytes_per_pixel, colours: [red, green, blue] })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Shows a row of colours (red, green and blue, from 0 to 255), beginning at a pixel. What lies outside is left out.
    pub fn draw(&mut self, x: usize, y: usize, colours: impl Iterator<Item = [u8; 3]>) {
        if y >= self.height {
            return;
        }
        let start = y * self.pitch;
        for (x, colour) in (x..self.width).zip(colours) {
            let pixel = self.pixel(colour);
            self.write(start + x * self.bytes_per_pixel, pixel);
        }
    }

    fn pixel(&self, colour: [u8; 3]) -> u32 {
        self.colours.iter().zip(colour).fold(0, |pixel, (field, level)| {
            let level = u32::from(level) << 24 >> (32 - u32::from(field.size.clamp(1, 8)));
            pixel | level.checked_shl(u32::from(field.position)).unwrap_or(0)
        })
    }

    fn write(&mut self, offset: usize, pixel: u32) {
        match self.bytes_per_pixel {
            4 => self.memory.write32(offset, pixel),
            2 => self.memory.write16(offset, pixel as u16),
            bytes => {
                for (at, byte) in pixel.to_le_bytes().into_iter().take(bytes).enumerate() {
                    self.memory.write8(offset + at, byte);
                }
            }
        }
    }
}
