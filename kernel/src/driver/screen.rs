//! The screen: text that is to be seen, and a task that paints what has changed, a few times a second at most; so
//! writing to it costs next to nothing, and text that scrolls by is never painted.
//!
//! The spin lock protects the text, the mutex the hardware and what it shows; who has both takes the mutex first.

use super::console::with_returns;
use crate::log;
use crate::task::{self, Instant, Mutex, Task, TaskContext};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::{Errno, Result};
use logic::screen::{BLANK, Screen};
use machine::clock;
use machine::frame_buffer::FrameBuffer;
use machine::lock::SpinLock;
use machine::text_memory::{self, TextMemory};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use spin::Once;

/// The least time between two paintings, in nanoseconds.
const PAUSE: u64 = 40_000_000;
const LEAST_URGENT: i8 = 19;
const FONT: FontWeight = FontWeight::Regular;
const HEIGHT: RasterHeight = RasterHeight::Size16;
/// The white of the text, of 255.
const BRIGHTNESS: u16 = 200;

static SHOWN: Once<Shown> = Once::new();

struct Shown {
    text: SpinLock<Screen>,
    painter: Mutex<Painter>,
    /// Whether the text has changed since it was last painted.
    changed: AtomicBool,
    task: Once<Arc<Task>>,
}

struct Painter {
    output: Box<dyn Output>,
    columns: usize,
    /// The cells that can be seen, row by row.
    cells: Vec<u8>,
    /// A row of the text, while it is painted.
    row: Vec<u8>,
    cursor: (usize, usize),
}

/// What can show characters.
trait Output: Send {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);

    /// Shows a character of ASCII; the cursor, if it was there, is gone.
    fn draw(&mut self, row: usize, column: usize, character: u8);

    /// Shows the cursor in a cell that holds a character.
    fn draw_cursor(&mut self, row: usize, column: usize, character: u8);
}

/// Finds the screen, shows what the log holds, and starts the painting task. `ENODEV` if there is no screen.
pub(super) fn start(feed_returns: bool) -> Result<()> {
    let output = output()?;
    let (columns, rows) = output.size();
    let mut text = Screen::new(columns, rows)?;
    with_returns(&log::text()?, |piece| text.write(piece));
    text.set_feed_returns(feed_returns);
    // A cell that cannot be anywhere makes the first painting paint all.
    let painter =
        Painter { output, columns, cells: cells(columns * rows, 0)?, row: cells(columns, BLANK)?, cursor: (0, 0) };
    let shown = SHOWN.call_once(|| Shown {
        text: SpinLock::new("screen", text),
        painter: Mutex::new(painter),
        changed: AtomicBool::new(true),
        task: Once::new(),
    });
    let task = task::spawn("screen", |ctx| keep_painting(ctx, shown))?;
    task.set_nice(LEAST_URGENT);
    shown.task.call_once(|| task);
    Ok(())
}

/// Adds text, to be seen soon. From anywhere.
pub(super) fn write(text: &[u8]) {
    let Some(shown) = SHOWN.get() else { return };
    shown.text.lock().write(text);
    if !shown.changed.swap(true, Ordering::AcqRel)
        && let Some(task) = shown.task.get()
    {
        task.signal();
    }
}

/// Adds text and paints it, as far as no lock is in the way: in a panic.
pub(super) fn show_at_once(text: &[u8]) {
    let Some(shown) = SHOWN.get() else { return };
    if let Some(mut screen) = shown.text.try_lock() {
        with_returns(text, |piece| screen.write(piece));
    } else {
        return;
    }
    paint();
}

/// Paints what has changed, if nobody else is at it.
pub(super) fn paint() {
    if let Some(shown) = SHOWN.get()
        && let Some(mut painter) = shown.painter.try_lock()
    {
        painter.paint(&shown.text);
    }
}

fn keep_painting(ctx: &TaskContext, shown: &Shown) {
    loop {
        // First, so that what comes together is painted together.
        ctx.sleep_until(Instant(clock::now().0 + PAUSE), false);
        while !shown.changed.swap(false, Ordering::AcqRel) {
            ctx.wait();
        }
        shown.painter.lock(ctx).paint(&shown.text);
    }
}

fn output() -> Result<Box<dyn Output>> {
    match FrameBuffer::open() {
        Ok(frame_buffer) => Ok(Box::new(frame_buffer)),
        Err(Errno::ENODEV) => Ok(Box::new(TextMemory::open().ok_or(Errno::ENODEV)?)),
        Err(why) => Err(why),
    }
}

fn cells(count: usize, cell: u8) -> Result<Vec<u8>> {
    let mut cells = Vec::new();
    cells.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
    cells.resize(count, cell);
    Ok(cells)
}

impl Painter {
    fn paint(&mut self, text: &SpinLock<Screen>) {
        let rows = self.cells.len() / self.columns;
        let cursor = text.lock().cursor();
        if cursor != self.cursor {
            self.forget(self.cursor);
        }
        for row in 0..rows {
            self.row.copy_from_slice(text.lock().row(row));
            self.paint_row(row);
        }
        self.cursor = cursor;
        let character = self.cells[cursor.0 * self.columns + cursor.1];
        self.output.draw_cursor(cursor.0, cursor.1, character);
    }

    fn paint_row(&mut self, row: usize) {
        let cells = &mut self.cells[row * self.columns..][..self.columns];
        for (column, (shown, &wanted)) in cells.iter_mut().zip(&self.row).enumerate() {
            if *shown != wanted {
                *shown = wanted;
                self.output.draw(row, column, wanted);
            }
        }
    }

    /// Makes sure that a cell is painted again.
    fn forget(&mut self, (row, column): (usize, usize)) {
        self.cells[row * self.columns + column] = 0;
    }
}

impl Output for TextMemory {
    fn size(&self) -> (usize, usize) {
        (text_memory::COLUMNS, text_memory::ROWS)
    }

    fn draw(&mut self, row: usize, column: usize, character: u8) {
        self.write(row, column, character);
    }

    fn draw_cursor(&mut self, row: usize, column: usize, _character: u8) {
        self.set_cursor(row, column);
    }
}

impl Output for FrameBuffer {
    fn size(&self) -> (usize, usize) {
        (self.width() / get_raster_width(FONT, HEIGHT), self.height() / HEIGHT.val())
    }

    fn draw(&mut self, row: usize, column: usize, character: u8) {
        draw_glyph(self, row, column, character, |grey| grey);
    }

    fn draw_cursor(&mut self, row: usize, column: usize, character: u8) {
        draw_glyph(self, row, column, character, |grey| BRIGHTNESS as u8 - grey);
    }
}

/// Draws a character; `shade` makes the greys of its pixels from those of light text on black.
fn draw_glyph(screen: &mut FrameBuffer, row: usize, column: usize, character: u8, shade: impl Fn(u8) -> u8) {
    let Some(glyph) = get_raster(char::from(character), FONT, HEIGHT) else { return };
    let (x, y) = (column * glyph.width(), row * glyph.height());
    for (line, pixels) in glyph.rows().enumerate() {
        let greys = pixels.iter().map(|&pixel| shade((u16::from(pixel) * BRIGHTNESS / 255) as u8));
        screen.draw(x, y + line, greys);
    }
}
