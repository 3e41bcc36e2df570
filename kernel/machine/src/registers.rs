//! The general registers as they lie in memory: a structure, and the assembly (AT&T syntax) that pushes and pops it.

/// The general registers, in the order in which the gates push them; also what lies on the stack for a trap out of the
/// kernel. The two fields after RDI are the gates' own.
#[derive(Clone, Copy, Default, Debug)]
#[allow(missing_docs, reason = "they are named as in the SDM")]
#[repr(C, align(16))]
pub struct Registers {
    pub r15: u64,
    pub r14: u64,
    pub r13: u64,
    pub r12: u64,
    pub rbp: u64,
    pub rbx: u64,
    pub r11: u64,
    pub r10: u64,
    pub r9: u64,
    pub r8: u64,
    pub rax: u64,
    pub rcx: u64,
    pub rdx: u64,
    pub rsi: u64,
    pub rdi: u64,
    pub(crate) vector: u64,
    pub(crate) error: u64,
    pub rip: u64,
    pub(crate) cs: u64,
    pub rflags: u64,
    pub rsp: u64,
    pub(crate) ss: u64,
}

/// Pushes the registers from RDI to R15: what lies in memory then is the beginning of a [`Registers`], up to the vector.
macro_rules! push_registers {
    () => {
        concat!(
            "push %rdi; push %rsi; push %rdx; push %rcx; push %rax;\n",
            "push %r8; push %r9; push %r10; push %r11; push %rbx;\n",
            "push %rbp; push %r12; push %r13; push %r14; push %r15;\n",
        )
    };
}
pub(crate) use push_registers;

/// Undoes `push_registers` but for the last step, so that RDI may still be used.
macro_rules! pop_registers_but_rdi {
    () => {
        concat!(
            "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp;\n",
            "pop %rbx; pop %r11; pop %r10; pop %r9; pop %r8;\n",
            "pop %rax; pop %rcx; pop %rdx; pop %rsi;\n",
        )
    };
}
pub(crate) use pop_registers_but_rdi;

/// Undoes `push_registers`.
macro_rules! pop_registers {
    () => {
        concat!($crate::registers::pop_registers_but_rdi!(), "pop %rdi\n")
    };
}
pub(crate) use pop_registers;
