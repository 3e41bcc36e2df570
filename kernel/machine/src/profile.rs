//! Samples for `bin/run --profile`: what the CPU is at, some hundred times a second of the machine's own clock.
//!
//! The real-time clock interrupts at a steady rate. The sample is taken where the interrupt arrives, also while the kernel holds
//! interrupts back, and goes out at once through QEMU's debug port, so that nothing is kept, lost or locked. Without such a port,
//! or unless asked, nothing is on. Under `--icount` the clock counts instructions, so the same run gives the same samples.
//!
//! A record begins with a letter; numbers have 8 bytes, counts and lengths 1, and a space is told by the address of its page tables.
//!
//! ```text
//! S  the space of the task's program (0: it has none), nanoseconds since boot,
//!    count, addresses in the kernel, count, addresses in the program: from the innermost outwards. The program's second is the word
//!    on top of its stack, which is where a function without a frame returns to; behind it come its callers by frame pointers.
//! I  nanoseconds since boot: there was nothing to do
//! N  a space, length, the path of the program that it is for
//! M  a space, start, end, offset in the file, length, the file's path: where functions lie
//! C  a space, and the one that it is a copy of
//! ```

use crate::{
    copy, debug_port::send, fiber, irq, kernel_space::root_in_use, panic, rtc, user::Registers, user_space::UserSpace,
};
use alloc::boxed::Box;
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::address::{PageRange, USER_END};
use logic::errno::Result;
use x86_64::instructions::interrupts;

/// The real-time clock's interrupt.
pub(crate) const LINE: u8 = 8;
/// How many addresses a sample tells, of each kind.
const DEEPEST: usize = 64;
/// The farthest that a caller's frame can be from its callee's in a program.
const FARTHEST: u64 = 1 << 20;

type Addresses = ArrayVec<u64, DEEPEST>;

static ON: AtomicBool = AtomicBool::new(false);

/// Begins to take samples, so many a second: a power of two, at most 8192; else `EINVAL`. `ENODEV` without a debug port, `EBUSY`
/// if the log goes there.
pub fn start(rate: u32) -> Result<()> {
    crate::debug_port::claim("profile")?;
    irq::name(LINE, "profile");
    irq::register(LINE, Box::new(|_| rtc::acknowledge()))?;
    ON.store(true, Ordering::Relaxed);
    rtc::start_ticks(rate)
}

/// Tells which program a space is for. What was told of another at the same address is past.
pub fn name(space: &UserSpace, name: &[u8]) {
    if is_on() {
        whole(|| {
            send(b"N");
            send_number(space.root().0);
            send_text(name);
        });
    }
}

/// Tells which file lies in a space from an offset on.
pub fn map(space: &UserSpace, range: PageRange, offset: u64, path: &[u8]) {
    if is_on() {
        whole(|| {
            send(b"M");
            [space.root().0, range.start(), range.end(), offset].into_iter().for_each(send_number);
            send_text(path);
        });
    }
}

/// Tells that a space is a copy of another.
pub fn copy(space: &UserSpace, of: &UserSpace) {
    if is_on() {
        whole(|| {
            send(b"C");
            send_number(space.root().0);
            send_number(of.root().0);
        });
    }
}

/// Takes a sample. Called by every interrupt; only the clock's counts.
#[inline]
pub(crate) fn interrupted(line: u8, registers: &Registers, program: bool) {
    if line == LINE && is_on() {
        sample(registers, program);
    }
}

/// Whether samples are taken, and it matters which program a space holds.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

fn sample(registers: &Registers, program: bool) {
    let now = crate::clock::now().0;
    if !program && fiber::is_idle() {
        send(b"I");
        return send_number(now);
    }
    let task = fiber::program();
    send(b"S");
    send_number(task.map_or(0, |(space, _)| space.0));
    send_number(now);
    send_addresses(&if program { Addresses::new() } else { kernel_stack(registers) });
    let place = if program { Some(Place::of(registers)) } else { task.and_then(|(_, kept)| Place::read(kept)) };
    // Between two programs' tables the stack in sight may be another's.
    let place = place.filter(|_| task.is_some_and(|(space, _)| space == root_in_use()));
    send_addresses(&place.map_or_else(Addresses::new, program_stack));
}

/// Where a program is, as far as its callers can be found from there.
struct Place {
    instruction: u64,
    stack: u64,
    frame: u64,
}

impl Place {
    fn of(registers: &Registers) -> Place {
        Place { instruction: registers.rip, stack: registers.rsp, frame: registers.rbp }
    }

    /// Where a program left for the kernel; its registers may be gone, and then this is somewhere, which does no harm.
    fn read(kept: *const Registers) -> Option<Place> {
        const SIZE: usize = size_of::<Registers>();
        let mut registers = Registers::default();
        // SAFETY: the registers are numbers and ours; what they are read from is memory of the kernel's, or a fault is foreseen.
        let copied = unsafe { copy::copy((&raw mut registers).cast(), kept.cast(), SIZE) };
        (!kept.is_null() && copied == SIZE).then(|| Place::of(&registers))
    }
}

fn kernel_stack(registers: &Registers) -> Addresses {
    let mut stack = Addresses::new();
    stack.push(registers.rip);
    panic::each_caller(registers.rbp, |caller, _| stack.try_push(caller).is_ok());
    stack
}

/// A program's stack, as far as its pages are there; without frame pointers it soon ends in something that is none.
fn program_stack(place: Place) -> Addresses {
    let mut stack = Addresses::new();
    stack.push(place.instruction);
    stack.push(read(place.stack).map_or(0, |[top, _]| top));
    let mut frame = place.frame;
    while let Some([next, caller]) = read(frame) {
        if stack.try_push(caller).is_err() || next <= frame || next - frame > FARTHEST {
            break;
        }
        frame = next;
    }
    stack
}

/// Two words of the program whose space is loaded, if they are there.
fn read(address: u64) -> Option<[u64; 2]> {
    const SIZE: usize = size_of::<[u64; 2]>();
    let end = address.checked_add(SIZE as u64).filter(|&end| end <= USER_END && address.is_multiple_of(8));
    let mut words = [0; 2];
    // SAFETY: the words are ours, the address is in the programs' half, and the space stays loaded while interrupts are off.
    let copied = end.map_or(0, |_| unsafe { copy::copy((&raw mut words).cast(), address as *const u8, SIZE) });
    (copied == SIZE).then_some(words)
}

/// Sends a record of which no sample comes in the midst: samples come whenever the processor's own flag lets interrupts in, also while
/// the kernel holds them back.
fn whole(record: impl FnOnce()) {
    interrupts::without_interrupts(record);
}

fn send_addresses(addresses: &Addresses) {
    send(&[addresses.len() as u8]);
    addresses.iter().copied().for_each(send_number);
}

/// As much of it as a length of one byte can tell.
fn send_text(text: &[u8]) {
    let text = &text[..text.len().min(u8::MAX.into())];
    send(&[text.len() as u8]);
    send(text);
}

fn send_number(number: u64) {
    send(&number.to_le_bytes());
}
