//! Moving bytes: the kernel's own memcpy, memmove, memset and memcmp.
//!
//! Unrolled 8-byte moves. The compiler's own use REP MOVSB, which a CPU without fast strings, and every software
//! emulation, carries out a byte at a time: fifteen times slower. The kernel uses no vector registers, so 8 bytes is
//! the widest move there is.

use core::arch::global_asm;

global_asm!(
    r#"
    .section .text.bytes, "ax", @progbits
    .cfi_sections .debug_frame              /* where return addresses are, for debuggers */

    .globl memcpy
    .type memcpy, @function
    .balign 16
memcpy:                                 /* rdi to, rsi from, rdx bytes; returns rdi */
    .cfi_startproc
    mov rax, rdi
    cmp rdx, 8
    jb 6f
    mov r11, [rsi + rdx - 8]            /* the last 8 bytes, read before anything is written: so memmove may come here */
    cmp rdx, 64
    jb 3f
2:  mov rcx, [rsi]
    mov r8, [rsi + 8]
    mov r9, [rsi + 16]
    mov r10, [rsi + 24]
    mov [rdi], rcx
    mov [rdi + 8], r8
    mov [rdi + 16], r9
    mov [rdi + 24], r10
    mov rcx, [rsi + 32]
    mov r8, [rsi + 40]
    mov r9, [rsi + 48]
    mov r10, [rsi + 56]
    mov [rdi + 32], rcx
    mov [rdi + 40], r8
    mov [rdi + 48], r9
    mov [rdi + 56], r10
    add rsi, 64
    add rdi, 64
    sub rdx, 64
    cmp rdx, 64
    jae 2b
3:  cmp rdx, 8
    jb 5f
4:  mov rcx, [rsi]
    mov [rdi], rcx
    add rsi, 8
    add rdi, 8
    sub rdx, 8
    cmp rdx, 8
    jae 4b
5:  mov [rdi + rdx - 8], r11            /* what is left, and some of what went before once more */
    ret
6:  cmp rdx, 4
    jb 7f
    mov ecx, [rsi]
    mov r8d, [rsi + rdx - 4]
    mov [rdi], ecx
    mov [rdi + rdx - 4], r8d
    ret
7:  test rdx, rdx                       /* 1 to 3 bytes: first, middle, last */
    jz 8f
    mov r9, rdx
    shr r9
    mov cl, [rsi]
    mov r8b, [rsi + r9]
    mov r10b, [rsi + rdx - 1]
    mov [rdi], cl
    mov [rdi + r9], r8b
    mov [rdi + rdx - 1], r10b
8:  ret
    .cfi_endproc
    .size memcpy, . - memcpy

    .globl memmove
    .type memmove, @function
    .balign 16
memmove:                                /* forwards unless that would overwrite what is still to be read */
    .cfi_startproc
    mov rax, rdi
    sub rax, rsi
    cmp rax, rdx
    jae memcpy
    mov rax, rdi
    cmp rdx, 8
    jb 3f
2:  mov rcx, [rsi + rdx - 8]
    mov [rdi + rdx - 8], rcx
    sub rdx, 8
    cmp rdx, 8
    jae 2b
3:  test rdx, rdx
    jz 5f
4:  mov cl, [rsi + rdx - 1]
    mov [rdi + rdx - 1], cl
    dec rdx
    jnz 4b
5:  ret
    .cfi_endproc
    .size memmove, . - memmove

    .globl memset
    .type memset, @function
    .balign 16
memset:                                 /* rdi to, esi byte, rdx bytes; returns rdi */
    .cfi_startproc
    mov rax, rdi
    movzx esi, sil
    mov rcx, 0x0101010101010101
    imul rcx, rsi
    cmp rdx, 8
    jb 6f
    cmp rdx, 64
    jb 3f
2:  mov [rdi], rcx
    mov [rdi + 8], rcx
    mov [rdi + 16], rcx
    mov [rdi + 24], rcx
    mov [rdi + 32], rcx
    mov [rdi + 40], rcx
    mov [rdi + 48], rcx
    mov [rdi + 56], rcx
    add rdi, 64
    sub rdx, 64
    cmp rdx, 64
    jae 2b
3:  cmp rdx, 8
    jb 5f
4:  mov [rdi], rcx
    add rdi, 8
    sub rdx, 8
    cmp rdx, 8
    jae 4b
5:  mov [rdi + rdx - 8], rcx            /* what is left, and some of what went before once more */
    ret
6:  test rdx, rdx
    jz 8f
7:  mov [rdi], cl
    inc rdi
    dec rdx
    jnz 7b
8:  ret
    .cfi_endproc
    .size memset, . - memset

    .globl memcmp
    .globl bcmp
    .type memcmp, @function
    .balign 16
bcmp:
memcmp:                                 /* rdi, rsi, rdx bytes; the sign of the first difference */
    .cfi_startproc
    cmp rdx, 8
    jb 4f
2:  mov rax, [rdi]
    mov rcx, [rsi]
    cmp rax, rcx
    jne 8f
    add rdi, 8
    add rsi, 8
    sub rdx, 8
    cmp rdx, 8
    jae 2b
    mov rax, [rdi + rdx - 8]            /* what is left, and some of what is known to be the same */
    mov rcx, [rsi + rdx - 8]
    cmp rax, rcx
    jne 8f
3:  xor eax, eax
    ret
4:  cmp rdx, 4
    jb 5f
    mov eax, [rdi]
    mov ecx, [rsi]
    cmp eax, ecx
    jne 7f
    mov eax, [rdi + rdx - 4]
    mov ecx, [rsi + rdx - 4]
    cmp eax, ecx
    jne 7f
    xor eax, eax
    ret
5:  test rdx, rdx
    jz 3b
6:  movzx eax, byte ptr [rdi]
    movzx ecx, byte ptr [rsi]
    sub eax, ecx
    jnz 9f
    inc rdi
    inc rsi
    dec rdx
    jnz 6b
    ret
7:  shl rax, 32                         /* the first byte is the lowest: turned round, the words compare as the bytes do */
    shl rcx, 32
8:  bswap rax
    bswap rcx
    cmp rax, rcx
    sbb eax, eax
    or eax, 1
9:  ret
    .cfi_endproc
    .size memcmp, . - memcmp
"#
);
