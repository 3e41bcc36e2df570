/*
 * What loaders look for: the Multiboot2 header (GRUB) and the PVH note (qemu -kernel, Firecracker).
 *
 * Multiboot2 specification 3.1: the header lies in the first 32 KiB of the file, on 8 bytes. PVH: an ELF note of the
 * owner "Xen" and type 18 holds the physical address of a 32-bit entry.
 */
#define MULTIBOOT2_MAGIC        0xe85250d6
#define ARCHITECTURE_I386       0
#define TAG_END                 0
#define TAG_FRAMEBUFFER         5
#define OPTIONAL                1
#define XEN_ELFNOTE_PHYS32_ENTRY 18

    .section .boot.header, "a"
    .balign 8
header:
    .long MULTIBOOT2_MAGIC
    .long ARCHITECTURE_I386
    .long header_end - header
    .long -(MULTIBOOT2_MAGIC + ARCHITECTURE_I386 + (header_end - header))

    /* A frame buffer, where the firmware has one; text mode is as welcome. */
    .balign 8
    .short TAG_FRAMEBUFFER, OPTIONAL
    .long 20
    .long 1024, 768, 32

    .balign 8
    .short TAG_END, 0
    .long 8
header_end:

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long pvh_start

    /* Room for the table of symbols, so that the segment is there; tools/xtask puts the table in its place. */
    .section .symbols, "a", @progbits
    .skip 4096

    .section .note.GNU-stack, "", @progbits
