//! VGA text memory: 80 by 25 cells of a character and its colours. IBM VGA, mode 3.
//!
//! Until the screen's driver opens it (`TextMemory::open`, in `driver/screen.rs`), the early console shows its lines at
//! the bottom.

use crate::{port::PortRange, resource};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};
use logic::address::PhysAddr;
use volatile::VolatilePtr;

/// Where it lies in physical memory.
pub const ADDRESS: u64 = 0xb8000;
/// Cells in a row.
pub const COLUMNS: usize = 80;
/// Rows on the screen.
pub const ROWS: usize = 25;
/// Light grey on black.
const COLOURS: u16 = 0x0700;

/// Where the kernel sees it; 0 while it does not, or where the screen is in another mode.
static MAPPED: AtomicUsize = AtomicUsize::new(0);
/// The early console's place in the last row.
static COLUMN: AtomicUsize = AtomicUsize::new(0);

/// Says that the screen shows text, and where its memory can be seen.
///
/// # Safety
/// At `address` the memory at `ADDRESS` is mapped, writable, for as long as the kernel runs or until this is called
/// again.
pub(crate) unsafe fn set_address(address: usize) {
    MAPPED.store(address, Ordering::Relaxed);
}

/// Adds text to the bottom of the screen, if there is text memory. Lock-free: two writers at once only mix their
/// letters.
pub(crate) fn show_early(text: &[u8]) {
    if MAPPED.load(Ordering::Relaxed) == 0 {
        return;
    }
    for &byte in text {
        let column = COLUMN.load(Ordering::Relaxed);
        match byte {
            b'\n' => scroll(),
            b'\r' => COLUMN.store(0, Ordering::Relaxed),
            _ => {
                if column >= COLUMNS {
                    scroll();
                }
                let column = COLUMN.fetch_add(1, Ordering::Relaxed);
                write_cell((ROWS - 1) * COLUMNS + column, byte);
            }
        }
    }
}

fn scroll() {
    for at in 0..(ROWS - 1) * COLUMNS {
        if let (Some(from), Some(to)) = (cell(at + COLUMNS), cell(at)) {
            to.write(from.read());
        }
    }
    for column in 0..COLUMNS {
        write_cell((ROWS - 1) * COLUMNS + column, b' ');
    }
    COLUMN.store(0, Ordering::Relaxed);
}

fn write_cell(at: usize, byte: u8) {
    if let Some(cell) = cell(at) {
        cell.write(COLOURS | u16::from(byte));
    }
}

fn cell(at: usize) -> Option<VolatilePtr<'static, u16>> {
    let base = NonNull::new(MAPPED.load(Ordering::Relaxed) as *mut u16)?;
    if at >= COLUMNS * ROWS {
        return None;
    }
    // SAFETY: the cell lies inside the text memory.
    let cell = unsafe { base.add(at) };
    // SAFETY: `set_address` was promised that the memory is mapped; it is only ever accessed by volatile operations.
    Some(unsafe { VolatilePtr::new(cell) })
}

/// The text screen, with its cursor.
#[derive(Debug)]
pub struct TextMemory {
    /// The CRT controller: index and data.
    controller: PortRange,
}

impl TextMemory {
    /// The text screen, once, if the machine shows one.
    pub fn open() -> Option<TextMemory> {
        if MAPPED.load(Ordering::Relaxed) == 0 {
            return None;
        }
        // SAFETY: with the registers of the CRT controller that are used here it touches no memory.
        let controller = unsafe { PortRange::claim(0x3d4, 2, "vga") }.ok()?;
        resource::claim_memory(PhysAddr(ADDRESS), (COLUMNS * ROWS * size_of::<u16>()) as u64, "vga").ok()?;
        Some(TextMemory { controller })
    }

    /// Shows a character (in the machine's own code page: ASCII is itself) in VGA's colours: the character's in the lower
    /// half, the background's in the upper.
    pub fn write(&mut self, row: usize, column: usize, byte: u8, colours: u8) {
        if let Some(cell) = cell(row * COLUMNS + column) {
            // The upper bit would make it blink.
            cell.write(u16::from_le_bytes([byte, colours & 0x7f]));
        }
    }

    /// Puts the blinking cursor somewhere; beyond the last row nobody sees it.
    pub fn set_cursor(&mut self, row: usize, column: usize) {
        let [low, high] = ((row * COLUMNS + column) as u16).to_le_bytes();
        self.controller.write16(0, u16::from_le_bytes([0x0e, high]));
        self.controller.write16(0, u16::from_le_bytes([0x0f, low]));
    }
}
