/*
 * From the loader's 32-bit world to 64-bit Rust, told in order.
 *
 * A loader leaves us in 32-bit protected mode with paging off and flat segments, somewhere in the first 4 GiB. It has
 * loaded everything where the linker script said: this stub at its physical address, the kernel behind it although it
 * is linked at -2 GiB. What it knows about the machine lies in memory: the address is in EBX for both protocols.
 *
 *   1. Take a stack and hand over to boot.c: it refuses a machine that will not do and builds the first page tables.
 *   2. Turn on PAE, long mode with no-execute, and paging. We run on in 32-bit mode, through the identity map.
 *   3. Load a 64-bit code segment and jump: now it is 64-bit mode.
 *   4. Jump high, into the kernel's own addresses, and never come back. Rust takes the identity map away.
 */
#define PROTOCOL_MULTIBOOT2     2
#define PROTOCOL_PVH            3

#define CR4_PAE                 (1 << 5)
#define MSR_EFER                0xc0000080
#define EFER_LME                (1 << 8)
#define EFER_NXE                (1 << 11)
#define CR0_PE                  (1 << 0)
#define CR0_WP                  (1 << 16)
#define CR0_PG                  (1 << 31)

    .section .boot.text, "ax"
    .code32

/* GRUB comes in here, with a magic number in EAX that boot.c checks. */
    .globl multiboot_start
    .type multiboot_start, @function
multiboot_start:
    mov $PROTOCOL_MULTIBOOT2, %ecx
    jmp start

/* qemu -kernel comes in here; EAX says nothing. */
    .globl pvh_start
    .type pvh_start, @function
pvh_start:
    mov $PROTOCOL_PVH, %ecx

    .type start, @function
start:
    cli
    cld
    mov $boot_stack_top, %esp
    xor %ebp, %ebp
    push %ebx                       /* kept for Rust */
    push %ecx

    push %ebx                       /* boot_main(protocol, magic, information) */
    push %eax
    push %ecx
    call boot_main                  /* returns the physical address of the top page table, or not at all */
    add $12, %esp
    mov %eax, %cr3

    mov %cr4, %eax
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    rdmsr
    or $(EFER_LME | EFER_NXE), %eax
    wrmsr
    mov %cr0, %eax
    or $(CR0_PG | CR0_WP | CR0_PE), %eax
    mov %eax, %cr0

    pop %edi                        /* protocol and information: the first two arguments in 64-bit code */
    pop %esi
    lgdt boot_gdt_pointer
    ljmp $8, $long_mode

    .code64
    .type long_mode, @function
long_mode:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    movabs $high, %rax
    jmp *%rax

    .text
    .type high, @function
high:
    .cfi_sections .debug_frame      /* for debuggers: nobody has called this */
    .cfi_startproc
    .cfi_undefined %rip
    lea kernel_boot_stack_top(%rip), %rsp
    xor %ebp, %ebp                  /* a backtrace ends here */
    mov %edi, %edi
    mov %esi, %esi
    call kernel_main
    ud2
    .cfi_endproc

    .section .boot.data, "aw"
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9a000000ffff        /* 64-bit code, ring 0 */
boot_gdt_pointer:
    .short . - boot_gdt - 1
    .long boot_gdt

    .section .boot.bss, "aw", @nobits
    .balign 16
    .skip 4096
boot_stack_top:

/* The first kernel stack, which the idle task keeps. Rust leaves the page below it unmapped (kernel_space.rs). */
    .bss
    .balign 4096
    .globl kernel_boot_guard
kernel_boot_guard:
    .skip 4096
    .skip 65536
kernel_boot_stack_top:

    .section .note.GNU-stack, "", @progbits
