//! Calling a program's signal handler, and coming back from it: what lies on the program's stack meanwhile, sigreturn(2). The layout is
//! Linux's `struct rt_sigframe` of x86-64, which C libraries and debuggers know:
//!
//! ```text
//!   vector state        as XSAVE writes it, on a multiple of 64, and a mark behind it
//!   siginfo             128 bytes
//!   ucontext            flags, link, alternate stack, registers, what was blocked
//!   return address      the C library's code that calls rt_sigreturn: here is the stack pointer when the handler begins
//! ```

use super::action::{Action, ActionFlags, Handler};
use super::info::{INFO_SIZE, Info};
use crate::memory::Sink;
use crate::process::thread::{AlternateStack, Running};
use crate::task::TaskContext;
use alloc::vec::Vec;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;
use machine::user::{Registers, UserContext};

/// Below the stack pointer, what a function may use without saying so (System V ABI, the red zone).
const RED_ZONE: u64 = 128;

/// Places in the frame, in bytes from the stack pointer when the handler begins.
const CONTEXT: usize = 8;
const LINK_END: usize = CONTEXT + 16;
const STACK: usize = LINK_END;
const REGISTERS: usize = STACK + 24;
const VECTOR_POINTER: usize = REGISTERS + 23 * 8;
const BLOCKED: usize = REGISTERS + 32 * 8;
const INFO: usize = BLOCKED + 8;
const SIZE: usize = INFO + INFO_SIZE;

/// `uc_flags`: there is XSAVE state; SS is saved, and given back as it is.
const HAS_XSTATE: u64 = 1;
const HAS_SS: u64 = 2 | 4;

/// Where software may leave a note in the legacy part of the vector state, and what it says (Linux's `struct _fpx_sw_bytes`).
const NOTE: usize = 464;
const NOTE_MARK: u32 = 0x4650_5853;
const END_MARK: u32 = 0x4650_5845;
const LEGACY: usize = 512;

const SS_ONSTACK: u32 = linux::SS_ONSTACK;
const SS_DISABLE: u32 = linux::SS_DISABLE;

/// Flags that do not go along into a handler: trap, direction, resume.
const RFLAGS_CLEARED: u64 = 1 << 8 | 1 << 10 | 1 << 16;

/// How much stack a handler's call takes at most, `AT_MINSIGSTKSZ`.
pub fn frame_size(user: &mut UserContext) -> usize {
    (SIZE + user.vector().bytes().len() + size_of::<u32>() + 15 + 63).next_multiple_of(16)
}

/// Has the program go on in its handler. `EFAULT` if its stack cannot take the frame.
pub(super) fn enter_handler(ctx: &TaskContext, running: &mut Running, info: &Info, action: &Action) -> Result<()> {
    let Handler::Function(function) = action.handler else { return Ok(()) };
    if !action.flags.contains(ActionFlags::RESTORER) {
        // There is no other way back.
        return Err(Errno::EFAULT);
    }
    let (stack, saved) = {
        let signals = running.thread.signals.lock();
        (signals.stack, signals.restored.unwrap_or(signals.blocked))
    };
    let pointer = running.user.registers().rsp;
    let (top, is_other) = choose_stack(&stack, pointer, action.flags)?;
    let vector = top.checked_sub(running.user.vector().bytes().len() as u64 + 4).ok_or(Errno::EFAULT)? & !63;
    let frame = (vector.checked_sub(SIZE as u64).ok_or(Errno::EFAULT)? & !15) - 8;
    if is_other && !stack.spans(frame) {
        return Err(Errno::EFAULT);
    }
    write_vector(ctx, running, vector)?;
    let bytes = encode(running, info, action, &stack, saved, vector);
    running.space.write(ctx, frame, &bytes)?;

    let mut signals = running.thread.signals.lock();
    signals.restored = None;
    let own =
        if action.flags.contains(ActionFlags::NO_DEFER) { SignalSet::EMPTY } else { SignalSet::of(&[info.signal]) };
    signals.blocked = signals.blocked | action.mask | own;
    if stack.disarms {
        signals.stack = AlternateStack::default();
    }
    drop(signals);
    let registers = running.user.registers_mut();
    registers.rdi = u64::from(info.signal.number());
    registers.rsi = frame + INFO as u64;
    registers.rdx = frame + CONTEXT as u64;
    registers.rax = 0;
    registers.rsp = frame;
    registers.rip = function;
    registers.rflags &= !RFLAGS_CLEARED;
    Ok(())
}

/// Has the program go on where it was before the handler; `EFAULT` or `EINVAL` if the frame is not one.
pub fn return_from_handler(ctx: &TaskContext, running: &mut Running) -> Result<()> {
    let frame = running.user.registers().rsp.wrapping_sub(8);
    let mut bytes = [0; SIZE];
    running.space.read(ctx, frame, &mut bytes)?;
    let word = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).unwrap_or(0);
    read_vector(ctx, running, word(VECTOR_POINTER))?;
    let registers = running.user.registers_mut();
    for (index, place) in in_order(registers).into_iter().enumerate() {
        *place = word(REGISTERS + 8 * index);
    }
    let mut signals = running.thread.signals.lock();
    signals.blocked = SignalSet(word(BLOCKED)).without(SignalSet::UNSTOPPABLE);
    let (base, flags, size) = (word(STACK), word(STACK + 8) as u32, word(STACK + 16));
    // As on Linux, a stack that cannot be is ignored here.
    if let Ok(stack) = AlternateStack::decode(base, flags, size)
        && !signals.stack.holds(registers.rsp)
    {
        signals.stack = stack;
    }
    drop(signals);
    running.thread.attend_soon();
    Ok(())
}

impl AlternateStack {
    /// The bit of `ss_flags` for SS_AUTODISARM.
    const DISARMS: u32 = 1 << 31;

    /// From what a program hands to sigaltstack(2): `EINVAL` for unknown flags, `ENOMEM` for one that is too small.
    pub fn decode(base: u64, flags: u32, size: u64) -> Result<AlternateStack> {
        let disarms = flags & AlternateStack::DISARMS != 0;
        match flags & !AlternateStack::DISARMS {
            SS_DISABLE => Ok(AlternateStack::default()),
            0 | SS_ONSTACK if size < u64::from(linux::MINSIGSTKSZ) => Err(Errno::ENOMEM),
            0 | SS_ONSTACK => Ok(AlternateStack { base, size, disarms }),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Whether a stack pointer is on it. One that disarms itself counts as never in use.
    pub fn holds(&self, pointer: u64) -> bool {
        !self.disarms && self.spans(pointer)
    }

    /// Whether an address is within it.
    fn spans(&self, pointer: u64) -> bool {
        pointer > self.base && pointer - self.base <= self.size
    }

    /// `ss_flags`, seen with this stack pointer.
    pub fn flags(&self, pointer: u64) -> u32 {
        let disarms = if self.disarms { AlternateStack::DISARMS } else { 0 };
        match self.size {
            0 => SS_DISABLE,
            _ if self.holds(pointer) => SS_ONSTACK,
            _ => disarms,
        }
    }
}

/// Where the frame ends, and whether that is on the alternate stack.
fn choose_stack(stack: &AlternateStack, pointer: u64, flags: ActionFlags) -> Result<(u64, bool)> {
    if flags.contains(ActionFlags::ON_STACK) && stack.size > 0 && !stack.holds(pointer) {
        return Ok((stack.base.checked_add(stack.size).ok_or(Errno::EFAULT)?, true));
    }
    Ok((pointer.checked_sub(RED_ZONE).ok_or(Errno::EFAULT)?, stack.holds(pointer)))
}

fn encode(
    running: &mut Running,
    info: &Info,
    action: &Action,
    stack: &AlternateStack,
    blocked: SignalSet,
    vector: u64,
) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    let mut put = |at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    let pointer = running.user.registers().rsp;
    put(0, action.restorer);
    put(CONTEXT, HAS_SS | if has_xstate(&mut running.user) { HAS_XSTATE } else { 0 });
    put(STACK, stack.base);
    put(STACK + 8, u64::from(stack.flags(pointer)));
    put(STACK + 16, stack.size);
    for (index, place) in in_order(running.user.registers_mut()).into_iter().enumerate() {
        put(REGISTERS + 8 * index, *place);
    }
    let after = REGISTERS + 18 * 8;
    // The selectors of a program's code and stack, as they are for every program on Linux.
    put(after, 0x33 | 0x2b << 48);
    let exception = running.exception.filter(|_| matches!(info.detail, super::Detail::Fault { .. }));
    put(after + 8, exception.map_or(0, |exception| u64::from(exception.error)));
    put(after + 16, exception.map_or(0, |exception| u64::from(exception.vector)));
    put(after + 24, blocked.0);
    put(after + 32, exception.map_or(0, |exception| exception.address));
    put(VECTOR_POINTER, vector);
    put(BLOCKED, blocked.0);
    bytes[INFO..].copy_from_slice(&info.encode());
    bytes
}

/// The registers in the order of Linux's `struct sigcontext_64`.
fn in_order(registers: &mut Registers) -> [&mut u64; 18] {
    let Registers { r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags, .. } =
        registers;
    [r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags]
}

fn has_xstate(user: &mut UserContext) -> bool {
    user.vector().bytes().len() > LEGACY
}

/// Writes the vector state with the notes by which its size and its parts are known.
fn write_vector(ctx: &TaskContext, running: &mut Running, at: u64) -> Result<()> {
    let space = running.space.clone();
    let vector = running.user.vector();
    let (bytes, parts) = (vector.bytes(), vector.parts());
    let (head, rest) = bytes.split_at(LEGACY.min(bytes.len()));
    let (legacy, left_free) = head.split_at(NOTE.min(head.len()));
    let mut note = [0; LEGACY - NOTE];
    note[..left_free.len()].copy_from_slice(left_free);
    let size = bytes.len() as u32;
    let mut put = |at: usize, value: &[u8]| note[at..][..value.len()].copy_from_slice(value);
    if !rest.is_empty() {
        put(0, &NOTE_MARK.to_le_bytes());
        put(4, &(size + 4).to_le_bytes());
        put(8, &parts.to_le_bytes());
        put(16, &size.to_le_bytes());
    }
    let mark = END_MARK.to_le_bytes();
    let end: &[u8] = if rest.is_empty() { &[] } else { &mark };
    let mut sink = Sink::user(&space, UserAddr::new(at)?, bytes.len() + end.len());
    for piece in [legacy, &note, rest, end] {
        if sink.write(ctx, piece)? < piece.len() {
            return Err(Errno::EFAULT);
        }
    }
    Ok(())
}

/// Takes the vector state back; a null pointer means the state of a new program.
fn read_vector(ctx: &TaskContext, running: &mut Running, at: u64) -> Result<()> {
    let size = running.user.vector().bytes().len();
    if at == 0 {
        return running.user.reset_vector();
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
    bytes.resize(size, 0);
    running.space.read(ctx, at, &mut bytes)?;
    running.user.set_vector(&bytes)
}
