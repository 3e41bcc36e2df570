//! Copying between the kernel and a program's memory, through the program's own mappings.
//!
//! The loop is the one of bytes.rs with an entry in the exception table for each access to the program's side: where it
//! faults, the copy stops and says how much is left. Nothing is paged in here; whoever may sleep does that and goes on.

use crate::cpu;
use core::arch::{asm, global_asm};

global_asm!(
    r#"
    .section .text.copy, "ax", @progbits
    .cfi_sections .debug_frame              /* where return addresses are, for debuggers */

    .macro may_fault target
    .pushsection .exception_table, "a", @progbits
    .quad 9f, \target
    .popsection
9:
    .endm

/* user_copy(rdi to, rsi from, rdx bytes): returns how many bytes were not copied. Either side may fault. After a fault
   in a block it goes on byte by byte, and so stops at the very byte. */
    .globl user_copy
    .type user_copy, @function
user_copy:
    .cfi_startproc
    cmp rdx, 64
    jb 3f
2:
    may_fault 5f
    mov rcx, [rsi]
    may_fault 5f
    mov r8, [rsi + 8]
    may_fault 5f
    mov r9, [rsi + 16]
    may_fault 5f
    mov r10, [rsi + 24]
    may_fault 5f
    mov [rdi], rcx
    may_fault 5f
    mov [rdi + 8], r8
    may_fault 5f
    mov [rdi + 16], r9
    may_fault 5f
    mov [rdi + 24], r10
    may_fault 5f
    mov rcx, [rsi + 32]
    may_fault 5f
    mov r8, [rsi + 40]
    may_fault 5f
    mov r9, [rsi + 48]
    may_fault 5f
    mov r10, [rsi + 56]
    may_fault 5f
    mov [rdi + 32], rcx
    may_fault 5f
    mov [rdi + 40], r8
    may_fault 5f
    mov [rdi + 48], r9
    may_fault 5f
    mov [rdi + 56], r10
    add rsi, 64
    add rdi, 64
    sub rdx, 64
    cmp rdx, 64
    jae 2b
    test rdx, rdx
    jz 7f
    jmp 8f
3:  cmp rdx, 8
    jb 5f
    jmp 4f
8:  cmp rdx, 8
    jb 1f
4:  may_fault 5f
    mov rcx, [rsi]
    may_fault 5f
    mov [rdi], rcx
    add rsi, 8
    add rdi, 8
    sub rdx, 8
    cmp rdx, 8
    jae 4b
    test rdx, rdx
    jz 7f
1:  may_fault 5f                        /* what is left, and some of what went before once more */
    mov rcx, [rsi + rdx - 8]
    may_fault 5f
    mov [rdi + rdx - 8], rcx
    xor eax, eax
    ret
5:  test rdx, rdx
    jz 7f
6:  may_fault 7f
    mov cl, [rsi]
    may_fault 7f
    mov [rdi], cl
    inc rsi
    inc rdi
    dec rdx
    jnz 6b
7:  mov rax, rdx
    ret
    .cfi_endproc
    .size user_copy, . - user_copy

/* user_zero(rdi to, rsi bytes): likewise. */
    .globl user_zero
    .type user_zero, @function
user_zero:
    .cfi_startproc
    xor eax, eax
    cmp rsi, 64
    jb 2f
1:
    may_fault 3f
    mov [rdi], rax
    may_fault 3f
    mov [rdi + 8], rax
    may_fault 3f
    mov [rdi + 16], rax
    may_fault 3f
    mov [rdi + 24], rax
    may_fault 3f
    mov [rdi + 32], rax
    may_fault 3f
    mov [rdi + 40], rax
    may_fault 3f
    mov [rdi + 48], rax
    may_fault 3f
    mov [rdi + 56], rax
    add rdi, 64
    sub rsi, 64
    cmp rsi, 64
    jae 1b
2:  cmp rsi, 8
    jb 3f
6:  may_fault 3f
    mov [rdi], rax
    add rdi, 8
    sub rsi, 8
    cmp rsi, 8
    jae 6b
3:  test rsi, rsi
    jz 5f
4:  may_fault 5f
    mov [rdi], al
    inc rdi
    dec rsi
    jnz 4b
5:  mov rax, rsi
    ret
    .cfi_endproc
    .size user_zero, . - user_zero

/* user_exchange(rdi at, esi expected, edx new, rcx *found): compare-and-exchange of 4 bytes; 0, or 1 if it faulted. */
    .globl user_exchange
    .type user_exchange, @function
user_exchange:
    .cfi_startproc
    mov eax, esi
    may_fault 2f
    lock cmpxchg [rdi], edx
    mov [rcx], eax
    xor eax, eax
    ret
2:  mov eax, 1
    ret
    .cfi_endproc
    .size user_exchange, . - user_exchange
"#
);

unsafe extern "C" {
    fn user_copy(to: *mut u8, from: *const u8, bytes: usize) -> usize;
    fn user_zero(to: *mut u8, bytes: usize) -> usize;
    fn user_exchange(at: *mut u32, expected: u32, new: u32, found: *mut u32) -> u32;
}

/// Lets the kernel touch programs' pages while `work` runs, where SMAP would forbid it.
#[inline(always)]
fn with_access<R>(work: impl FnOnce() -> R) -> R {
    let has_smap = cpu::current().has_smap.get();
    if has_smap {
        // SAFETY: only the copies below run until CLAC, and the CPU knows the instruction.
        unsafe { asm!("stac", options(nostack)) };
    }
    let result = work();
    if has_smap {
        // SAFETY: as above.
        unsafe { asm!("clac", options(nostack)) };
    }
    result
}

/// Copies as far as it goes; returns how many bytes were copied.
///
/// # Safety
/// One side is `bytes` of the kernel's own memory, the other lies within the programs' half, whose space is loaded and
/// stays so.
pub(crate) unsafe fn copy(to: *mut u8, from: *const u8, bytes: usize) -> usize {
    // SAFETY: the caller's promise; faults on the program's side are in the exception table.
    bytes - with_access(|| unsafe { user_copy(to, from, bytes) })
}

/// Zeroes as far as it goes; returns how many bytes were zeroed.
///
/// # Safety
/// `to` and the `bytes` behind it lie within the programs' half, whose space is loaded and stays so.
pub(crate) unsafe fn zero(to: *mut u8, bytes: usize) -> usize {
    // SAFETY: as in `copy`.
    bytes - with_access(|| unsafe { user_zero(to, bytes) })
}

/// Atomically replaces `expected` by `new`; returns what was found there, or nothing if the page is not there.
///
/// # Safety
/// As for [`zero`], for 4 bytes; the address is a multiple of 4.
pub(crate) unsafe fn exchange(at: *mut u32, expected: u32, new: u32) -> Option<u32> {
    let mut found = 0;
    // SAFETY: as in `copy`.
    let faulted = with_access(|| unsafe { user_exchange(at, expected, new, &raw mut found) });
    (faulted == 0).then_some(found)
}
