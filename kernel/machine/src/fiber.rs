//! Fibers: kernel stacks, and switching from one to another.
//!
//! A fiber says nothing about who runs when; that is the business of `cor::task`, which owns one for each task.

use crate::{
    cpu::{self, Cpu},
    inject::Armed,
    kernel_space::{self, STACK_SIZE},
    lock::SpinLock,
    panic::fatal,
    user::{self, Registers},
    user_space::UserSpace,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{
    arch::naked_asm,
    cell::Cell,
    ptr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};
use logic::{
    address::{PAGE_SIZE, PhysAddr},
    errno::{Errno, Result},
};

/// What a fiber runs.
pub type Start = Box<dyn FnOnce() + Send>;

/// What a fiber does when that has returned: it goes away by [`leave`].
pub type End = fn() -> !;

/// A kernel stack and where it stopped.
pub struct Fiber {
    stack: Option<Stack>,
    /// The stack pointer while it does not run.
    saved: Cell<u64>,
    /// Whether it runs on some CPU; goes down only when the CPU has left its stack.
    running: AtomicBool,
    start: Cell<Option<(Start, End)>>,
    /// The space whose program it runs, if any: in CR3 whenever the fiber runs.
    space: Cell<Option<Arc<UserSpace>>>,
    /// Where that program's registers are kept, for samples; null without one.
    registers: Cell<*const Registers>,
    /// It is in the midst of a switch that an interrupt asked for.
    preempted: Cell<bool>,
    /// What is to fail of what it asks for.
    armed: Cell<Option<Armed>>,
}

// SAFETY: the cells are touched only by the CPU that runs the fiber, or that is about to, or has just stopped to, with
// interrupts held; `running` hands them from one CPU to the next.
unsafe impl Sync for Fiber {}
// SAFETY: likewise; what is on its stack was `Send` when the fiber started, or belongs to it.
unsafe impl Send for Fiber {}

/// A mapped kernel stack; goes back to the pool.
struct Stack {
    top: u64,
}

/// Stacks that nobody uses. They stay mapped: a new task costs no page table, an ended one no flush.
static POOL: SpinLock<Vec<u64>> = SpinLock::new("kernel stacks", Vec::new());
/// How many there are in all: the pool has room for each of them.
static MADE: AtomicUsize = AtomicUsize::new(0);

impl Stack {
    fn new() -> Result<Stack> {
        let pooled = POOL.lock().pop();
        let top = match pooled {
            Some(top) => top,
            None => Stack::make()?,
        };
        Ok(Stack { top })
    }

    fn make() -> Result<u64> {
        let made = MADE.fetch_add(1, Ordering::Relaxed) + 1;
        let mut pool = POOL.lock();
        let missing = made.saturating_sub(pool.len());
        let room = pool.try_reserve(missing).map_err(|_| Errno::ENOMEM);
        drop(pool);
        room.and_then(|()| kernel_space::new_stack()).inspect_err(|_| {
            MADE.fetch_sub(1, Ordering::Relaxed);
        })
    }

    fn bottom(&self) -> u64 {
        self.top - STACK_SIZE
    }
}

/// How many stacks there are, in use or in the pool, and how many frames each has.
pub fn stacks() -> (usize, usize) {
    (MADE.load(Ordering::Relaxed), STACK_SIZE as usize / PAGE_SIZE)
}

impl Drop for Stack {
    fn drop(&mut self) {
        let mut pool = POOL.lock();
        assert!(pool.len() < pool.capacity(), "the pool has room for each stack");
        pool.push(self.top);
    }
}

impl Fiber {
    /// A fiber that will run `start` and then `end`, with interrupts on, when somebody switches to it. `ENOMEM` without
    /// memory.
    pub fn new(start: Start, end: End) -> Result<Arc<Fiber>> {
        let stack = Stack::new()?;
        const SAVED_REGISTERS: u64 = 6;
        let top = (stack.top - 8) as *mut u64;
        // SAFETY: the stack is mapped, ours, and nobody runs on it.
        unsafe { top.write(fiber_start as *const () as u64) };
        let saved = Cell::new(top as u64 - SAVED_REGISTERS * 8);
        for register in 1..=SAVED_REGISTERS {
            // SAFETY: likewise; the frame pointer among them is zero, so a backtrace ends here.
            unsafe { top.wrapping_sub(register as usize).write(0) };
        }
        Ok(Arc::new(Fiber {
            stack: Some(stack),
            saved,
            running: AtomicBool::new(false),
            start: Cell::new(Some((start, end))),
            space: Cell::new(None),
            registers: Cell::new(ptr::null()),
            preempted: Cell::new(false),
            armed: Cell::new(None),
        }))
    }

    /// The fiber that this CPU is on since boot.
    pub fn boot() -> Arc<Fiber> {
        let fiber = Arc::new(Fiber {
            stack: None,
            saved: Cell::new(0),
            running: AtomicBool::new(true),
            start: Cell::new(None),
            space: Cell::new(None),
            registers: Cell::new(ptr::null()),
            preempted: Cell::new(false),
            armed: Cell::new(None),
        });
        cpu::held(|cpu| cpu.fiber.set(Arc::as_ptr(&fiber)));
        fiber
    }

    /// Whether some CPU runs it.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }

    /// Where it stopped, for a backtrace: the saved frame pointer. Meaningful only while it does not run.
    pub fn frame_pointer(&self) -> u64 {
        let saved = self.saved.get();
        match &self.stack {
            Some(stack) if (stack.bottom()..stack.top - 64).contains(&saved) && !self.is_running() => {
                // SAFETY: a stopped fiber has its six registers there; RBP was pushed first, so it lies highest.
                unsafe { ((saved + 40) as *const u64).read_volatile() }
            }
            _ => 0,
        }
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        assert!(!self.is_running(), "a fiber is dropped only when no CPU runs it");
    }
}

/// Keeps switches away for a moment: the caller chooses who runs next and then calls [`switch`], or lets go.
pub struct Hold {
    not_send: core::marker::PhantomData<*const ()>,
}

impl Hold {
    /// Interrupts, and with them preemption, stay away as long as it lives.
    pub fn new() -> Hold {
        cpu::hold();
        Hold { not_send: core::marker::PhantomData }
    }
}

impl Default for Hold {
    fn default() -> Self {
        Hold::new()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        cpu::release();
    }
}

/// Leaves `from`, which runs on this CPU, and goes on with `to`; returns when somebody switches back, perhaps on another
/// CPU. The hold is the only one: no spin lock is held. Whoever wants a fiber to go on keeps it: none of the two is kept here.
pub fn switch(hold: Hold, from: Arc<Fiber>, to: Arc<Fiber>) {
    go(from, to);
    let left = cpu::current().left.take();
    drop(hold);
    drop(left); // a whole space may go with it: not with interrupts held
}

/// Leaves `from`, which runs on this CPU, for good, and goes on with `to`. Nothing may be left on the old stack that wants
/// to be dropped.
pub fn leave(hold: Hold, from: Arc<Fiber>, to: Arc<Fiber>) -> ! {
    core::mem::forget(hold); // the next fiber lets go of its own
    go(from, to);
    fatal(format_args!("a fiber that was left for good goes on"))
}

fn go(from: Arc<Fiber>, to: Arc<Fiber>) {
    let cpu = cpu::current();
    if cpu.holds.get() != 1 {
        fatal(format_args!("a switch with the spin lock \"{}\" held", cpu.lock_name.get()));
    }
    assert!(ptr::eq(cpu.fiber.get(), &*from), "a switch leaves the fiber that runs");
    assert!(!Arc::ptr_eq(&from, &to), "a switch goes to another fiber");
    let both = (Arc::as_ptr(&from), Arc::as_ptr(&to));
    let space = to.space.take();
    let unloaded = space.as_ref().and_then(|space| load_space(cpu, space));
    to.space.set(space);
    // Both are kept until the next fiber has arrived, and not by this stack, which may go with the old one.
    cpu.left.set(Some(([from, to], unloaded)));
    // SAFETY: just put where it stays alive until after the switch.
    let from = unsafe { &*both.0 };
    // SAFETY: likewise.
    let to = unsafe { &*both.1 };
    while to.running.swap(true, Ordering::Acquire) {
        core::hint::spin_loop(); // another CPU is just leaving it
    }
    user::save_vector_state(cpu);
    cpu.fiber.set(to);
    // SAFETY: `to` was not running, so its saved pointer is where its own switch, or `new`, left six registers and an
    // address to return to.
    unsafe { switch_stacks(from.saved.as_ptr(), to.saved.get(), from.running.as_ptr()) };
}

/// Saves the registers that a call keeps and the stack pointer, says that the old stack is left, and takes up the other.
#[unsafe(naked)]
unsafe extern "C" fn switch_stacks(saved: *mut u64, to: u64, running: *mut bool) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov [rdi], rsp",
        "mov rsp, rsi",
        "mov byte ptr [rdx], 0",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    );
}

/// Outermost function of a fiber, with nothing of its stack in use: its first switch returns to it. Debuggers find no
/// caller here.
#[unsafe(naked)]
extern "C" fn fiber_start() -> ! {
    naked_asm!(
        ".cfi_sections .debug_frame",
        ".cfi_startproc",
        ".cfi_undefined rip",
        "call {entry}",
        "ud2",
        ".cfi_endproc",
        entry = sym fiber_entry,
    );
}

/// Runs what the fiber is for, after its first switch.
extern "C" fn fiber_entry() {
    let cpu = cpu::current();
    let left = cpu.left.take();
    // SAFETY: the switch that came here set it, and the fiber lives as long as it runs.
    let start = unsafe { &*cpu.fiber.get() }.start.take();
    cpu::release();
    drop(left);
    if let Some((start, end)) = start {
        start();
        end();
    }
    fatal(format_args!("a fiber starts twice"));
}

/// Notes that an interrupt takes the CPU from the fiber that runs, or has done so; says what was noted before. The real flag
/// is down.
pub(crate) fn set_preempted(preempted: bool) -> bool {
    // SAFETY: the fiber that runs lives, and only its own CPU touches its cells.
    unsafe { cpu::current().fiber.get().as_ref() }.is_some_and(|fiber| fiber.preempted.replace(preempted))
}

/// Arms the fiber that runs with what is to fail of what it asks for; gives what it was armed with before.
pub(crate) fn set_armed(armed: Option<Armed>) -> Option<Armed> {
    // SAFETY: as in `set_preempted`.
    cpu::held(|cpu| unsafe { cpu.fiber.get().as_ref() }.and_then(|fiber| fiber.armed.replace(armed)))
}

/// Makes a space the one whose program this CPU's fiber runs, and loads it unless it is there already. The program's registers are
/// another's only if the space is, or the fiber; they stay there until `forget_registers`.
#[inline]
pub(crate) fn use_space(space: &Arc<UserSpace>, registers: *const Registers) {
    if !is_loaded(space) {
        change_space(space, registers);
    }
}

#[cold]
fn change_space(space: &Arc<UserSpace>, registers: *const Registers) {
    let dropped = cpu::held(|cpu| {
        // SAFETY: the fiber that runs lives, and only its own CPU touches its cells.
        let fiber = unsafe { cpu.fiber.get().as_ref() }?;
        fiber.registers.set(registers);
        let current = fiber.space.replace(Some(space.clone()));
        Some((current, load_space(cpu, space)))
    });
    drop(dropped);
}

/// The registers of a program go away: if it was this fiber's, it has none.
pub(crate) fn forget_registers(registers: *const Registers) {
    // SAFETY: as in `set_preempted`.
    let fiber = cpu::held(|cpu| unsafe { cpu.fiber.get().as_ref() });
    if let Some(fiber) = fiber.filter(|fiber| fiber.registers.get() == registers) {
        fiber.registers.set(ptr::null());
    }
}

/// The tables of the space whose program the fiber runs that was interrupted, and where that program's registers were kept when it
/// was entered. For an interrupt: the real flag is down.
pub(crate) fn program() -> Option<(PhysAddr, *const Registers)> {
    // SAFETY: the fiber that runs lives.
    let fiber = unsafe { cpu::current().fiber.get().as_ref() }?;
    // SAFETY: what is in the cell at any instruction of its owner's is alive there; the reference ends here.
    let space = unsafe { &*fiber.space.as_ptr() }.as_ref()?;
    Some((space.root(), fiber.registers.get()))
}

/// Whether the fiber that runs is the one that the CPU is on since boot: who has nothing else to do.
pub(crate) fn is_idle() -> bool {
    // SAFETY: as in `program`.
    unsafe { cpu::current().fiber.get().as_ref() }.is_some_and(|fiber| fiber.stack.is_none())
}

/// Lets go of the space whose program this fiber ran: the program is at its end.
pub fn leave_space() {
    let dropped = cpu::held(|cpu| {
        kernel_space::load_root(kernel_space::root());
        // SAFETY: as in `use_space`.
        let of_fiber = unsafe { cpu.fiber.get().as_ref() }.and_then(|fiber| fiber.space.take());
        (cpu.space.take(), of_fiber)
    });
    drop(dropped);
}

/// Loads the space that is in CR3 once more: this CPU forgets all translations, and finds them again.
pub fn reload_space() {
    kernel_space::load_root(kernel_space::root_in_use());
}

/// Whether a space is loaded on this CPU on behalf of the fiber that runs: then it stays so until the fiber itself
/// changes that, wherever the fiber goes.
///
/// Asked at every entry of a program and every copy: so it holds nothing. One load tells the fiber that runs, wherever that is, and
/// the fiber's own field changes only by itself.
#[inline]
pub(crate) fn is_loaded(space: &UserSpace) -> bool {
    // SAFETY: the fiber that runs lives while it does.
    let Some(fiber) = (unsafe { cpu::own_fiber().as_ref() }) else { return false };
    // SAFETY: only the fiber itself changes the cell, which it is not about just now; the reference ends here.
    let current = unsafe { &*fiber.space.as_ptr() };
    current.as_ref().is_some_and(|current| ptr::eq(&**current, space))
}

/// Whether a space is in this CPU's CR3, on whoever's behalf. Interrupts are held.
pub(crate) fn is_in_cr3(cpu: &Cpu, space: &UserSpace) -> bool {
    // SAFETY: only this CPU touches the cell, with interrupts held; the reference ends here.
    let current = unsafe { &*cpu.space.as_ptr() };
    current.as_ref().is_some_and(|current| ptr::eq(&**current, space))
}

/// Puts a space into CR3, and gives what was there, to be dropped when interrupts are no longer held.
fn load_space(cpu: &Cpu, space: &Arc<UserSpace>) -> Option<Arc<UserSpace>> {
    if is_in_cr3(cpu, space) {
        return None;
    }
    kernel_space::load_root(space.root());
    cpu.space.replace(Some(space.clone()))
}
