//! The end: what happened, and how the kernel got there, by name, file and line.
//!
//! Nothing here locks or allocates: it may be called with any lock held and no memory left. Names come from the table
//! that the build puts behind the kernel's image (logic::symbols); without it there are addresses.

use crate::{
    cpu,
    early_console::{self, Text},
    kernel_space, power,
    user::Registers,
};
use core::{
    arch::asm,
    fmt::{self, Write},
    panic::PanicInfo,
    sync::atomic::{AtomicBool, Ordering},
};
use logic::{
    backtrace::{Collapser, Step},
    symbols::{HEADER, Table},
};

/// The most frames that a backtrace prints, repetitions not counted.
const MOST_FRAMES: usize = 40;
/// The most frames that are followed: more than fit on the largest stack.
const DEEPEST: usize = 4096;
/// The farthest that a caller's frame can be from its callee's: twice the largest stack.
const FARTHEST: u64 = 64 << 10;

static PANICKED: AtomicBool = AtomicBool::new(false);

/// Stops the kernel because one of its own invariants is broken.
pub fn fatal(what: fmt::Arguments<'_>) -> ! {
    end(what, None, frame_pointer())
}

/// Stops the kernel because of an exception that it caused itself.
pub(crate) fn exception(registers: &Registers, what: fmt::Arguments<'_>) -> ! {
    end(what, Some(registers), registers.rbp)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    match info.location() {
        Some(place) => end(format_args!("{}, at {place}", info.message()), None, frame_pointer()),
        None => end(format_args!("{}", info.message()), None, frame_pointer()),
    }
}

fn end(what: fmt::Arguments<'_>, registers: Option<&Registers>, frame: u64) -> ! {
    cpu::disable_interrupts();
    if PANICKED.swap(true, Ordering::SeqCst) {
        early_console::write(b"\nthe kernel panicked again while it told of a panic\n");
        power::fail();
    }
    early_console::flush_driver();
    let _ = writeln!(Text, "\nkernel panic: {what}");
    if let Some(registers) = registers {
        let _ = write_registers(&mut Text, registers);
    }
    let _ = writeln!(Text, "backtrace:");
    if let Some(registers) = registers {
        let _ = write_place(&mut Text, registers.rip, registers.rip);
    }
    let _ = write_backtrace(&mut Text, frame);
    let _ = write!(Status, "panic {what}");
    early_console::write_status("");
    power::fail()
}

/// The status line, as far as it is formatted; line ends in it become blanks.
struct Status;

impl Write for Status {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split('\n').enumerate() {
            if piece.0 > 0 {
                early_console::write_status_part(b" ");
            }
            early_console::write_status_part(piece.1.as_bytes());
        }
        Ok(())
    }
}

/// Writes registers by name, four a line.
pub fn write_registers(into: &mut dyn Write, registers: &Registers) -> fmt::Result {
    let r = registers;
    writeln!(into, "rip {:016x} rsp {:016x} rflags {:08x}", r.rip, r.rsp, r.rflags)?;
    for line in [
        [("rax", r.rax), ("rbx", r.rbx), ("rcx", r.rcx), ("rdx", r.rdx)],
        [("rsi", r.rsi), ("rdi", r.rdi), ("rbp", r.rbp), ("r8 ", r.r8)],
        [("r9 ", r.r9), ("r10", r.r10), ("r11", r.r11), ("r12", r.r12)],
        [("r13", r.r13), ("r14", r.r14), ("r15", r.r15), ("err", r.error)],
    ] {
        for (name, value) in line {
            write!(into, "{name} {value:016x} ")?;
        }
        writeln!(into)?;
    }
    Ok(())
}

/// Writes the callers above a frame pointer, innermost first, with repetitions collapsed. The frames must be those of a
/// kernel stack that nobody runs on, or of the caller itself.
pub fn write_backtrace(into: &mut dyn Write, frame: u64) -> fmt::Result {
    let (mut collapser, mut room, mut result) = (Collapser::default(), MOST_FRAMES, Ok(()));
    let mut write = |step| {
        if result.is_ok() && room > 0 {
            result = write_step(into, step);
            room -= 1;
            if room == 0 && result.is_ok() {
                result = writeln!(into, "  ... the callers further out are left out");
            }
        }
    };
    each_caller(frame, |caller, _| {
        collapser.push(caller, &mut write);
        true
    });
    collapser.finish(&mut write);
    result
}

/// Writes a frame of a caller, or a line in place of frames that repeat.
fn write_step(into: &mut dyn Write, step: Step) -> fmt::Result {
    match step {
        Step::Frame(caller) => write_place(into, caller, caller - 1),
        Step::Repeated { frames: 1, times: 1 } => writeln!(into, "  ... the last frame once more"),
        Step::Repeated { frames: 1, times } => writeln!(into, "  ... the last frame repeats {times} more times"),
        Step::Repeated { frames, times } => writeln!(into, "  ... the last {frames} frames, {times} more times"),
    }
}

/// Shows where each function returns to, and an address in the call, innermost first, as long as `show` wants more.
pub(crate) fn each_caller(mut frame: u64, mut show: impl FnMut(u64, u64) -> bool) {
    for _ in 0..DEEPEST {
        let readable = kernel_space::may_be_stack(frame) && kernel_space::may_be_stack(frame.wrapping_add(8));
        if !frame.is_multiple_of(8) || !readable {
            break;
        }
        // SAFETY: a frame pointer of compiled code points to the caller's frame pointer and, behind it, the address to
        // return to; the kernel is compiled with frame pointers.
        let [next, caller] = unsafe { *(frame as *const [u64; 2]) };
        if !kernel_space::is_text(caller) {
            break;
        }
        if !show(caller, caller - 1) || next <= frame || next - frame > FARTHEST {
            break;
        }
        frame = next;
    }
}

/// Writes the name of the innermost function of a waiting task that is in none of the files which `skips` knows.
pub fn write_function(into: &mut dyn Write, frame: u64, skips: impl Fn(&str) -> bool) -> fmt::Result {
    let mut named = Ok(false);
    each_caller(frame, |_, lookup| {
        let place = symbols().and_then(|table| table.frames(lookup).find(|place| !skips(place.file)));
        named = place.map_or(Ok(false), |place| into.write_str(place.function).map(|()| true));
        matches!(named, Ok(false))
    });
    if named? { Ok(()) } else { into.write_str("0") }
}

/// Writes what stands at an address: a line for the function, and one for each that was inlined there.
fn write_place(into: &mut dyn Write, address: u64, lookup: u64) -> fmt::Result {
    let mut known = false;
    for place in symbols().iter().flat_map(|table| table.frames(lookup)) {
        known = true;
        let mark = if place.inlined { "   (inlined)" } else { "" };
        writeln!(into, "  {address:016x} {} at {}:{}{mark}", place.function, place.file, place.line)?;
    }
    if known { Ok(()) } else { writeln!(into, "  {address:016x}") }
}

/// The table of symbols, if the build put one behind the image.
fn symbols() -> Option<Table<'static>> {
    let start = kernel_space::symbols();
    // SAFETY: one page is there in any case (cor.ld).
    let header = unsafe { core::slice::from_raw_parts(start, HEADER) };
    let length = Table::length(header)?;
    // SAFETY: the loader loaded as much as the table says, and boot mapped it (`symbols_length`).
    Table::parse(unsafe { core::slice::from_raw_parts(start, length) })
}

/// How long the table of symbols is; 0 without one.
pub(crate) fn symbols_length() -> u64 {
    // SAFETY: as in `symbols`.
    let header = unsafe { core::slice::from_raw_parts(kernel_space::symbols(), HEADER) };
    Table::length(header).unwrap_or(0) as u64
}

/// The frame pointer of the function that this is inlined into.
#[inline(always)]
fn frame_pointer() -> u64 {
    let frame;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags)) };
    frame
}
