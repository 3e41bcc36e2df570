/*
 * The 32-bit half of the way in: refuse what will not do, in words that a person can read, and build the first page
 * tables. Rust builds the real ones later and throws these away.
 *
 * Nothing here may lie at a high address: this file is compiled for 32 bits and linked at its physical address.
 */
#include <stdint.h>

#define PROTOCOL_MULTIBOOT2 2
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289u

#define CPUID_EXTENDED 0x80000000u
#define CPUID_EXTENDED_FEATURES 0x80000001u
#define EDX_NX (1u << 20)
#define EDX_LONG_MODE (1u << 29)
#define EFLAGS_ID (1u << 21)

#define COM1 0x3f8
#define COM2 0x2f8
#define LINE_STATUS 5
#define TRANSMITTER_EMPTY 0x20
#define SCREEN ((volatile uint16_t *)0xb8000)
#define WHITE_ON_RED 0x4f00

#define PRESENT 1u
#define WRITABLE 2u
#define LARGE (1u << 7)

/* Where things go in the top table: see kernel/machine/src/kernel_space.rs, which says it for the whole kernel. */
#define SLOT_IDENTITY 0
#define SLOT_PHYSMAP 256
#define SLOT_KERNEL 511
#define PDPT_SLOT_KERNEL 510

typedef uint64_t table[512] __attribute__((aligned(4096)));

/* The linker script's: the last word of the kernel with the first page of its symbols. */
extern volatile uint32_t __image_last_word;

static table top, low_4_gib, kernel, directories[4];

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* A port that is not there reads as all ones, which says "empty": nothing waits for it. */
static void serial(uint16_t base, const char *text)
{
    for (; *text; text++) {
        for (uint32_t patience = 0; patience < 1000000; patience++)
            if (inb(base + LINE_STATUS) & TRANSMITTER_EMPTY)
                break;
        outb(base, (uint8_t)*text);
    }
}

static void __attribute__((noreturn)) refuse(const char *why)
{
    serial(COM1, "Cor cannot boot: ");
    serial(COM1, why);
    serial(COM1, "\r\n");
    serial(COM2, "\nfailed "); /* behind what firmware may have left on the line */
    serial(COM2, why);
    serial(COM2, "\n");
    volatile uint16_t *cell = SCREEN;
    for (const char *text = "Cor cannot boot: "; *text; text++)
        *cell++ = WHITE_ON_RED | (uint8_t)*text;
    for (const char *text = why; *text; text++)
        *cell++ = WHITE_ON_RED | (uint8_t)*text;
    outb(0xf4, 0x11); /* ends a QEMU that has its debug-exit device there */
    for (;;)
        __asm__ volatile("cli; hlt");
}

static int has_cpuid(void)
{
    uint32_t before, after;
    __asm__ volatile("pushfl\n\t"
                     "pop %0\n\t"
                     "mov %0, %1\n\t"
                     "xor %2, %1\n\t"
                     "push %1\n\t"
                     "popfl\n\t"
                     "pushfl\n\t"
                     "pop %1\n\t"
                     "push %0\n\t"
                     "popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID));
    return ((before ^ after) & EFLAGS_ID) != 0;
}

static void cpuid(uint32_t leaf, uint32_t *eax, uint32_t *edx)
{
    uint32_t ebx, ecx = 0;
    __asm__ volatile("cpuid" : "=a"(*eax), "=b"(ebx), "+c"(ecx), "=d"(*edx) : "a"(leaf));
}

static void check_cpu(void)
{
    uint32_t eax, edx;
    if (!has_cpuid())
        refuse("this CPU has no CPUID; a 64-bit x86 CPU is needed");
    cpuid(CPUID_EXTENDED, &eax, &edx);
    if (eax < CPUID_EXTENDED_FEATURES)
        refuse("this CPU has no long mode; a 64-bit x86 CPU is needed");
    cpuid(CPUID_EXTENDED_FEATURES, &eax, &edx);
    if (!(edx & EDX_LONG_MODE))
        refuse("this CPU has no long mode; a 64-bit x86 CPU is needed");
    if (!(edx & EDX_NX))
        refuse("this CPU cannot forbid execution (NX), or its firmware hides it");
}

/* Whether there is memory: it keeps what is written. Its contents are put back. */
static int has_memory(volatile uint32_t *word)
{
    uint32_t before = *word;
    *word = ~before;
    int stayed = *word == ~before;
    *word = before;
    return stayed;
}

/* The kernel lies in one piece from 1 MiB on, so its last word tells. Rust checks the symbol table behind it. */
static void check_memory(void)
{
    if (!has_memory(&__image_last_word))
        refuse("there is too little memory for the kernel");
}

/*
 * The first 4 GiB in pages of 2 MiB, twice: where they are, for the next few instructions, and at the place where the
 * kernel sees all physical memory. The first 1 GiB once more at -2 GiB, where the kernel is linked.
 */
static void build_tables(void)
{
    for (uint32_t gib = 0; gib < 4; gib++) {
        for (uint32_t entry = 0; entry < 512; entry++)
            directories[gib][entry] = ((uint64_t)(gib * 512 + entry) << 21) | PRESENT | WRITABLE | LARGE;
        low_4_gib[gib] = (uint32_t)directories[gib] | PRESENT | WRITABLE;
    }
    kernel[PDPT_SLOT_KERNEL] = (uint32_t)directories[0] | PRESENT | WRITABLE;
    top[SLOT_IDENTITY] = (uint32_t)low_4_gib | PRESENT | WRITABLE;
    top[SLOT_PHYSMAP] = (uint32_t)low_4_gib | PRESENT | WRITABLE;
    top[SLOT_KERNEL] = (uint32_t)kernel | PRESENT | WRITABLE;
}

/* Called by start.S; returns what CR3 is to hold. */
uint32_t boot_main(uint32_t protocol, uint32_t magic, uint32_t information)
{
    if (protocol == PROTOCOL_MULTIBOOT2 && magic != MULTIBOOT2_LOADER_MAGIC)
        refuse("the loader speaks neither Multiboot2 nor PVH");
    if (information == 0)
        refuse("the loader gave no boot information");
    check_cpu();
    check_memory();
    build_tables();
    return (uint32_t)top;
}
