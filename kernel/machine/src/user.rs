//! Running a program is a function call: [`UserContext::run`] returns when the program wants something.
//!
//! The stack pointer that the CPU takes when a program is interrupted (RSP0 of the task state, and `trap.rs`) points to
//! the end of the program's [`Registers`]: so the CPU and the gates push the program's registers to where they are
//! kept, nothing is copied, and the kernel's own stack stays as `run` left it.

pub use crate::registers::Registers;
use crate::{
    cpu::{self, Cpu},
    fiber, gdt, irq, lock,
    registers::{pop_registers_but_rdi, push_registers},
    trap,
    user_space::UserSpace,
    vector::VectorState,
};
use alloc::{boxed::Box, sync::Arc};
use core::{arch::global_asm, ptr};
use logic::{
    address::{USER_END, UserAddr},
    errno::Result,
};

const RFLAGS_ALWAYS: u64 = 1 << 1;
const RFLAGS_INTERRUPTS: u64 = 1 << 9;
const RFLAGS_TRAP: u64 = 1 << 8;
const RFLAGS_RESUME: u64 = 1 << 16;
/// Carry, parity, adjust, zero, sign, trap, direction, overflow, nested, resume, alignment check, identification: what a
/// program may set for itself.
const RFLAGS_USER: u64 = 0x25_4dd5;
/// SYSCALL's "vector", beyond those of the CPU.
const SYSCALL: u64 = 256;

const MSR_FS_BASE: u32 = 0xc000_0100;
const MSR_KERNEL_GS_BASE: u32 = 0xc000_0102;
const MSR_STAR: u32 = 0xc000_0081;
const MSR_LSTAR: u32 = 0xc000_0082;
const MSR_SFMASK: u32 = 0xc000_0084;
const MSR_EFER: u32 = 0xc000_0080;
const EFER_SYSCALL: u64 = 1;

const _: () = assert!(size_of::<Registers>() == 176, "enter_user knows the size");

/// Why a program stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It executed SYSCALL: number in RAX, arguments in RDI, RSI, RDX, R10, R8, R9.
    Syscall,
    /// It executed `int 0x14`: likewise.
    CorCall,
    /// It did what it may not, or touched a page that is not there.
    Exception(Exception),
    /// An interrupt was served, or another task is more urgent; nothing is wanted by the program.
    Interrupt,
}

/// An exception that a program caused (SDM volume 3, 6.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which: 0 to 31.
    pub vector: u8,
    /// The error code of those that have one.
    pub error: u32,
    /// For a page fault: the address that was touched; else 0.
    pub address: u64,
}

impl Exception {
    /// The vector of a page fault.
    pub const PAGE_FAULT: u8 = trap::PAGE_FAULT;

    /// For a page fault: whether a page was there, and its rights forbade the access.
    pub fn was_present(self) -> bool {
        self.error & 1 != 0
    }

    /// For a page fault: whether it was a write.
    pub fn was_write(self) -> bool {
        self.error & 2 != 0
    }

    /// For a page fault: whether an instruction was fetched.
    pub fn was_fetch(self) -> bool {
        self.error & 16 != 0
    }

    /// What the SDM calls it.
    pub fn name(self) -> &'static str {
        trap::name(self.vector)
    }
}

/// A program's side of the CPU: everything that it sees in registers.
pub struct UserContext {
    state: Box<State>,
}

/// Boxed, because the gates and a CPU's `owner` point into it.
pub(crate) struct State {
    registers: Registers,
    fs_base: u64,
    gs_base: u64,
    vector: VectorState,
    /// The CPU whose registers hold the vector state, if its `owner` still points here.
    last_cpu: usize,
}

global_asm!(
    r#"
    .section .text.user, "ax", @progbits

/* enter_user(registers): runs the program until a gate comes back here by leave_user; returns the vector.
   The real interrupt flag is down on the way in and on the way out. */
    .globl enter_user
    .type enter_user, @function
enter_user:
    .cfi_sections .debug_frame              /* for debuggers: the caller, as long as the stack is the kernel's */
    .cfi_startproc
    .irp register, rbp, rbx, r12, r13, r14, r15
    push %\register
    .cfi_adjust_cfa_offset 8
    .endr
    mov %rsp, %gs:{kernel_stack}
    lea 176(%rdi), %rax
    mov %rax, %gs:{rsp0}
    mov %rdi, %rsp
    .cfi_undefined %rip
"#,
    pop_registers_but_rdi!(),
    r#"
    /* SYSRET takes RIP from RCX and RFLAGS from R11: right after a SYSCALL they are what it left there. Anything else
       goes by IRETQ, which is dearer but takes all from memory. */
    cmp 24(%rsp), %rcx
    jne 1f
    cmp 40(%rsp), %r11
    jne 1f
    testl $0x10100, 40(%rsp)                /* resume and trap flag: not by SYSRET */
    jnz 1f
    mov (%rsp), %rdi
    mov 48(%rsp), %rsp
    swapgs
    sysretq
1:  pop %rdi
    add $16, %rsp
    swapgs
    iretq
    .cfi_endproc

    .globl syscall_gate
    .type syscall_gate, @function
syscall_gate:
    .cfi_startproc
    .cfi_undefined %rip                     /* a program is no caller */
    swapgs
    mov %rsp, %gs:{user_stack}
    mov %gs:{rsp0}, %rsp
    pushq ${user_ss}
    pushq %gs:{user_stack}
    push %r11
    pushq ${user_cs}
    push %rcx
    pushq $0
    pushq ${syscall}
"#,
    push_registers!(),
    r#"
    mov ${syscall}, %eax
    mov %gs:{kernel_stack}, %rsp
    .cfi_endproc

    .globl leave_user
    .type leave_user, @function
leave_user:
    .cfi_startproc
    .cfi_def_cfa %rsp, 56                   /* as enter_user has left it */
    .cfi_offset %rbp, -16
    .cfi_offset %rbx, -24
    .cfi_offset %r12, -32
    .cfi_offset %r13, -40
    .cfi_offset %r14, -48
    .cfi_offset %r15, -56
    cmpb $0, %gs:{has_smap}                 /* a program may have set the flag that lets the kernel touch its memory */
    je 1f
    clac
1:  .irp register, r15, r14, r13, r12, rbx, rbp
    pop %\register
    .cfi_adjust_cfa_offset -8
    .cfi_restore %\register
    .endr
    ret
    .cfi_endproc
"#,
    kernel_stack = const cpu::KERNEL_STACK,
    user_stack = const cpu::USER_STACK,
    rsp0 = const cpu::RSP0,
    has_smap = const cpu::HAS_SMAP,
    user_ss = const gdt::USER_STACK,
    user_cs = const gdt::USER_CODE,
    syscall = const SYSCALL,
    options(att_syntax),
);

unsafe extern "C" {
    fn enter_user(registers: *mut Registers) -> u64;
    fn syscall_gate();
}

/// Opens the SYSCALL gate on this CPU (SDM volume 3, 5.8.8).
pub(crate) fn open_gates() {
    const ARITHMETIC_AND_CONTROL: u64 = 0x25_7fd5;
    cpu::write_msr(MSR_EFER, cpu::read_msr(MSR_EFER) | EFER_SYSCALL);
    cpu::write_msr(MSR_STAR, u64::from(gdt::SYSRET_BASE) << 48 | u64::from(gdt::KERNEL_CODE) << 32);
    cpu::write_msr(MSR_LSTAR, syscall_gate as *const () as u64);
    cpu::write_msr(MSR_SFMASK, ARITHMETIC_AND_CONTROL);
}

impl UserContext {
    /// A program that starts at `entry` with the stack pointer at `stack` and all other registers zero. The addresses
    /// need not be good: a bad one is the program's own exception.
    pub fn new(entry: u64, stack: u64) -> Result<UserContext> {
        let registers = Registers { rip: entry, rsp: stack, ..Registers::default() };
        UserContext::with(registers, 0, 0, VectorState::new()?)
    }

    /// A copy, as a fork makes it.
    pub fn try_clone(&mut self) -> Result<UserContext> {
        self.save_vector();
        let state = &self.state;
        UserContext::with(state.registers, state.fs_base, state.gs_base, state.vector.try_clone()?)
    }

    fn with(registers: Registers, fs_base: u64, gs_base: u64, vector: VectorState) -> Result<UserContext> {
        let state = State { registers, fs_base, gs_base, vector, last_cpu: usize::MAX };
        Ok(UserContext { state: Box::new(state) })
    }

    /// The registers as they were when the program stopped.
    #[inline]
    pub fn registers(&self) -> &Registers {
        &self.state.registers
    }

    /// The registers that the program goes on with. RFLAGS is cut down to what a program may set.
    #[inline]
    pub fn registers_mut(&mut self) -> &mut Registers {
        &mut self.state.registers
    }

    /// The base of FS: where thread-local storage is.
    pub fn fs_base(&self) -> u64 {
        self.state.fs_base
    }

    /// The base of GS.
    pub fn gs_base(&self) -> u64 {
        self.state.gs_base
    }

    /// Sets the base of FS.
    pub fn set_fs_base(&mut self, base: UserAddr) {
        self.disown();
        self.state.fs_base = base.get();
    }

    /// Sets the base of GS.
    pub fn set_gs_base(&mut self, base: UserAddr) {
        self.disown();
        self.state.gs_base = base.get();
    }

    /// The vector state, up to date.
    pub fn vector(&mut self) -> &VectorState {
        self.save_vector();
        &self.state.vector
    }

    /// Replaces the vector state by bytes like those of `vector`; `EINVAL` for what the CPU would not load.
    pub fn set_vector(&mut self, bytes: &[u8]) -> Result<()> {
        self.disown();
        self.state.vector.set(bytes)
    }

    /// Makes the vector state that of a new program.
    pub fn reset_vector(&mut self) -> Result<()> {
        let new = VectorState::new()?;
        self.disown();
        self.state.vector = new;
        Ok(())
    }

    /// Runs the program until it wants something, or until this CPU should choose again who runs. Its one caller is the loop around
    /// each program: in it, not called from it.
    #[inline(always)]
    pub fn run(&mut self, space: &Arc<UserSpace>) -> Event {
        lock::assert_none_held();
        let state = &mut *self.state;
        let registers = &mut state.registers;
        if registers.rip >= USER_END {
            // It would fault in the kernel's half of the return. Linux sends the program the same exception.
            return Event::Exception(Exception { vector: trap::GENERAL_PROTECTION, error: 0, address: 0 });
        }
        registers.cs = u64::from(gdt::USER_CODE);
        registers.ss = u64::from(gdt::USER_STACK);
        registers.rflags = registers.rflags & RFLAGS_USER | RFLAGS_ALWAYS | RFLAGS_INTERRUPTS;
        fiber::use_space(space, registers);

        cpu::disable_interrupts();
        let cpu = cpu::current();
        if cpu.reschedule.get() {
            cpu::enable_interrupts();
            return Event::Interrupt;
        }
        if cpu.owner.get() != ptr::from_mut(state) || state.last_cpu != cpu.index.get() {
            take_ownership(cpu, state);
        }
        cpu.vector_dirty.set(true);
        // SAFETY: the registers hold segments and flags of ring 3 and an address in its half; the space is loaded.
        let vector = unsafe { enter_user(&raw mut state.registers) };
        let event = match vector {
            SYSCALL => Event::Syscall,
            vector => event_of(vector as u8, &state.registers),
        };
        cpu::enable_interrupts();
        event
    }

    /// Saves the vector state if it is still in the registers.
    fn save_vector(&mut self) {
        let state = ptr::from_mut(&mut *self.state);
        cpu::held(|cpu| {
            if cpu.owner.get() == state {
                save_vector_state(cpu);
            }
        });
    }

    /// Makes the next `run` load everything anew.
    fn disown(&mut self) {
        self.save_vector();
        self.state.last_cpu = usize::MAX;
    }
}

impl Drop for UserContext {
    fn drop(&mut self) {
        fiber::forget_registers(&raw const self.state.registers);
        let state = ptr::from_mut(&mut *self.state);
        cpu::held(|cpu| {
            if cpu.owner.get() == state {
                cpu.owner.set(ptr::null_mut());
                cpu.vector_dirty.set(false);
            }
        });
    }
}

fn event_of(vector: u8, registers: &Registers) -> Event {
    let error = registers.error as u32;
    match vector {
        trap::COR_GATE => Event::CorCall,
        trap::NON_MASKABLE => Event::Interrupt,
        trap::FIRST_IRQ..=trap::LAST_IRQ => {
            irq::interrupted_program(vector - trap::FIRST_IRQ, registers);
            Event::Interrupt
        }
        trap::PAGE_FAULT => Event::Exception(Exception { vector, error, address: trap::fault_address() }),
        _ => Event::Exception(Exception { vector, error, address: 0 }), // CR2 tells of somebody else's page fault
    }
}

/// Puts a program's vector state and segment bases into this CPU's registers.
#[cold]
fn take_ownership(cpu: &Cpu, state: &mut State) {
    save_vector_state(cpu);
    state.vector.restore();
    cpu::write_msr(MSR_FS_BASE, state.fs_base);
    cpu::write_msr(MSR_KERNEL_GS_BASE, state.gs_base);
    state.last_cpu = cpu.index.get();
    cpu.owner.set(state);
}

/// Saves the vector state of the program that last ran here, if it has run since it was last saved. Called with
/// interrupts held, when its task leaves the CPU.
pub(crate) fn save_vector_state(cpu: &Cpu) {
    if !cpu.vector_dirty.replace(false) {
        return;
    }
    // SAFETY: an owner lives as long as it is one (`UserContext::drop`), and nobody else touches its area: its task is
    // on this CPU or was until this moment.
    if let Some(owner) = unsafe { cpu.owner.get().as_mut() } {
        owner.vector.save();
    }
}

const _: () = assert!(RFLAGS_USER & (RFLAGS_TRAP | RFLAGS_RESUME) != 0, "enter_user sends these by IRETQ");
