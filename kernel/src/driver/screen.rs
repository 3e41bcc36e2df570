//! The screen: a terminal's line (tty1), which until somebody uses it shows what goes over the serial console. Text is kept, and a task that paints what has changed, a few times a second at most; so
//! writing to it costs next to nothing, and text that scrolls by is never painted.
//!
//! The spin lock protects the text, the mutex the hardware and what it shows; who has both takes the mutex first.

use super::console::with_returns;
use crate::log;
use crate::process::before_shut_down;
use crate::task::{self, Instant, Mutex, Task, TaskContext, WaitQueue};
use crate::tty::line::{Line, Receiver};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicBool, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::line::Settings;
use logic::screen::{ANSWER, BLANK, Cell, Screen};
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
/// VGA's colours as red, green and blue.
const PALETTE: [[u8; 3]; 16] = [
    [0, 0, 0],
    [0, 0, 170],
    [0, 170, 0],
    [0, 170, 170],
    [170, 0, 0],
    [170, 0, 170],
    [170, 85, 0],
    [192, 192, 192],
    [85, 85, 85],
    [85, 85, 255],
    [85, 255, 85],
    [85, 255, 255],
    [255, 85, 85],
    [255, 85, 255],
    [255, 255, 85],
    [255, 255, 255],
];
/// What a terminal begins with.
const CLEAR: &[u8] = b"\x1b[H\x1b[J";

static SHOWN: Once<Shown> = Once::new();

struct Shown {
    text: SpinLock<Screen>,
    line: Arc<ScreenLine>,
    painter: Mutex<Painter>,
    /// Whether the text has changed since it was last painted.
    changed: AtomicBool,
    task: Once<Arc<Task>>,
}

/// The screen as a terminal's line; the keyboard types into it.
pub(super) struct ScreenLine {
    receiver: Once<Arc<dyn Receiver>>,
    /// There is always room, so nobody is ever woken.
    room: WaitQueue,
    /// A terminal uses it: until one does, it shows what the serial console shows.
    used: AtomicBool,
}

struct Painter {
    output: Box<dyn Output>,
    columns: usize,
    /// The cells that can be seen, row by row.
    cells: Vec<Option<Cell>>,
    /// A row of the text, while it is painted.
    row: Vec<Cell>,
    cursor: (usize, usize),
}

/// What can show characters.
trait Output: Send {
    /// Columns and rows.
    fn size(&self) -> (usize, usize);

    /// Shows a character of ASCII; the cursor, if it was there, is gone.
    fn draw(&mut self, row: usize, column: usize, cell: Cell);

    /// Shows the cursor in a cell that holds a character.
    fn draw_cursor(&mut self, row: usize, column: usize, cell: Cell);

    /// Shows no cursor; the cell that it was in has been drawn.
    fn hide_cursor(&mut self) {}
}

/// Finds the screen, shows what the log holds, and starts the painting task; gives the line for a terminal. `ENODEV` if there is no
/// screen.
pub(super) fn start(feed_returns: bool) -> Result<Arc<ScreenLine>> {
    let output = output()?;
    let (columns, rows) = output.size();
    let mut text = Screen::new(columns, rows)?;
    with_returns(&log::text()?, |piece| text.write(piece));
    text.set_feed_returns(feed_returns);
    // A cell that cannot be anywhere makes the first painting paint all.
    let painter =
        Painter { output, columns, cells: cells(columns * rows, None)?, row: cells(columns, BLANK)?, cursor: (0, 0) };
    let line = Arc::new(ScreenLine { receiver: Once::new(), room: WaitQueue::new(), used: AtomicBool::new(false) });
    let shown = SHOWN.call_once(|| Shown {
        text: SpinLock::new("screen", text),
        line: line.clone(),
        painter: Mutex::new("screen", painter),
        changed: AtomicBool::new(true),
        task: Once::new(),
    });
    before_shut_down(Box::new(paint_last));
    let task = task::spawn("screen", |ctx| keep_painting(ctx, shown))?;
    task.set_nice(LEAST_URGENT);
    shown.task.call_once(|| task);
    Ok(line)
}

/// Adds text that goes over the serial console, unless a terminal uses the screen. From anywhere.
pub(super) fn mirror(text: &[u8]) {
    if SHOWN.get().is_some_and(|shown| !shown.line.used.load(Ordering::Relaxed)) {
        write(text);
    }
}

/// Adds text, to be seen soon. From anywhere.
pub(super) fn write(text: &[u8]) {
    write_and_hear(text);
}

/// Adds text; gives what the screen has to say to it.
fn write_and_hear(text: &[u8]) -> ArrayVec<u8, ANSWER> {
    let Some(shown) = SHOWN.get() else { return ArrayVec::new() };
    let mut screen = shown.text.lock();
    screen.write(text);
    let answer = screen.take_answer();
    drop(screen);
    shown.note_change();
    answer
}

impl Shown {
    fn note_change(&self) {
        if !self.changed.swap(true, Ordering::AcqRel)
            && let Some(task) = self.task.get()
        {
            task.signal();
        }
    }
}

impl ScreenLine {
    /// What was typed at the keyboard; what the terminal has no room for is lost.
    pub(super) fn type_in(&self, bytes: &[u8]) {
        if let Some(receiver) = self.receiver.get()
            && !bytes.is_empty()
        {
            receiver.receive(bytes);
        }
    }

    /// Whether a program has asked for the cursor keys' other form.
    pub(super) fn has_cursor_keys(&self) -> bool {
        SHOWN.get().is_some_and(|shown| shown.text.lock().has_cursor_keys())
    }
}

impl Line for ScreenLine {
    fn send(&self, bytes: &[u8]) -> usize {
        let answer = write_and_hear(bytes);
        self.type_in(&answer);
        bytes.len()
    }

    fn queue(&self) -> &WaitQueue {
        &self.room
    }

    fn drained(&self) -> bool {
        true
    }

    fn set_receiver(&self, receiver: Arc<dyn Receiver>) {
        self.receiver.call_once(|| receiver);
    }

    /// There is no wire whose speed and form could be set.
    fn adjust(&self, old: &Settings, new: &mut Settings) {
        let free = linux::HUPCL | linux::CREAD | linux::CLOCAL;
        new.control = new.control & free | old.control & !free;
    }

    fn resume(&self) {}

    fn opened(&self) {
        if !self.used.swap(true, Ordering::Relaxed) {
            write(CLEAR);
        }
    }

    fn size(&self) -> Option<(u16, u16)> {
        let screen = SHOWN.get()?.text.lock();
        Some((screen.rows() as u16, screen.columns() as u16))
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

/// Shows everything that is still on its way, before the machine stops.
fn paint_last(ctx: &TaskContext) {
    if let Some(shown) = SHOWN.get() {
        shown.painter.lock(ctx).paint(&shown.text);
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

fn cells<T: Clone>(count: usize, cell: T) -> Result<Vec<T>> {
    let mut cells = Vec::new();
    cells.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
    cells.resize(count, cell);
    Ok(cells)
}

impl Painter {
    fn paint(&mut self, text: &SpinLock<Screen>) {
        let rows = self.cells.len() / self.columns;
        let (cursor, visible) = {
            let text = text.lock();
            (text.cursor(), text.shows_cursor())
        };
        if cursor != self.cursor || !visible {
            self.forget(self.cursor);
        }
        for row in 0..rows {
            self.row.copy_from_slice(text.lock().row(row));
            self.paint_row(row);
        }
        self.cursor = cursor;
        match self.cells[cursor.0 * self.columns + cursor.1] {
            Some(cell) if visible => self.output.draw_cursor(cursor.0, cursor.1, cell),
            _ => self.output.hide_cursor(),
        }
    }

    fn paint_row(&mut self, row: usize) {
        let cells = &mut self.cells[row * self.columns..][..self.columns];
        for (column, (shown, &wanted)) in cells.iter_mut().zip(&self.row).enumerate() {
            if *shown != Some(wanted) {
                *shown = Some(wanted);
                self.output.draw(row, column, wanted);
            }
        }
    }

    /// Makes sure that a cell is painted again.
    fn forget(&mut self, (row, column): (usize, usize)) {
        self.cells[row * self.columns + column] = None;
    }
}

impl Output for TextMemory {
    fn size(&self) -> (usize, usize) {
        (text_memory::COLUMNS, text_memory::ROWS)
    }

    fn draw(&mut self, row: usize, column: usize, cell: Cell) {
        self.write(row, column, cell.character, cell.colours);
    }

    fn draw_cursor(&mut self, row: usize, column: usize, _cell: Cell) {
        self.set_cursor(row, column);
    }

    fn hide_cursor(&mut self) {
        self.set_cursor(text_memory::ROWS, 0);
    }
}

impl Output for FrameBuffer {
    fn size(&self) -> (usize, usize) {
        (self.width() / get_raster_width(FONT, HEIGHT), self.height() / HEIGHT.val())
    }

    fn draw(&mut self, row: usize, column: usize, cell: Cell) {
        draw_glyph(self, row, column, cell);
    }

    fn draw_cursor(&mut self, row: usize, column: usize, cell: Cell) {
        draw_glyph(self, row, column, Cell { colours: cell.colours.rotate_left(4), ..cell });
    }
}

/// Draws a character: where its pixels are grey, something between its two colours.
fn draw_glyph(screen: &mut FrameBuffer, row: usize, column: usize, cell: Cell) {
    let Some(glyph) = get_raster(char::from(cell.character), FONT, HEIGHT) else { return };
    let (x, y) = (column * glyph.width(), row * glyph.height());
    let (ink, paper) = (PALETTE[usize::from(cell.colours & 15)], PALETTE[usize::from(cell.colours >> 4)]);
    let mix = |pixel: u8| {
        let part = |at: usize| u16::from(ink[at]) * u16::from(pixel) + u16::from(paper[at]) * u16::from(255 - pixel);
        core::array::from_fn(|at| (part(at) / 255) as u8)
    };
    for (line, pixels) in glyph.rows().enumerate() {
        screen.draw(x, y + line, pixels.iter().map(|&pixel| mix(pixel)));
    }
}
