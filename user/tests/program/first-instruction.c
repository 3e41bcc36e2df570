// build: -Wl,-e,first_instruction
// The registers and the stack at a program's first instruction, as the x86-64 psABI (3.4) and Linux have them.
#include "../test.h"
#include <elf.h>

struct state {
    unsigned long registers[15], flags;
    unsigned mxcsr;
    unsigned short control;
};

struct state first;
unsigned long *stack;

// Notes everything, gives everything back, and goes on to the C library's own beginning.
#define EACH(m) m(0, rax) m(8, rbx) m(16, rcx) m(24, rdx) m(32, rsi) m(40, rdi) m(48, rbp) m(56, r8) m(64, r9) \
                m(72, r10) m(80, r11) m(88, r12) m(96, r13) m(104, r14) m(112, r15)
#define NOTE(at, name) "movq %" #name ", first+" #at "(%rip)\n"
__asm__(".globl first_instruction\n"
        "first_instruction:\n"
        EACH(NOTE)
        "movq %rsp, stack(%rip)\n"
        "pushfq\n"
        "popq first+120(%rip)\n"
        "stmxcsr first+128(%rip)\n"
        "fnstcw first+132(%rip)\n"
        "jmp _start\n");

int main(void)
{
    for (int i = 0; i < 15; i++)
        EQUAL(first.registers[i], 0);
    EQUAL(first.flags & ~2UL, 0x200); // interrupts on, nothing else
    EQUAL(first.mxcsr, 0x1f80);
    EQUAL(first.control, 0x37f);
    EQUAL((unsigned long)stack % 16, 0);

    // argc, argv and NULL, environment and NULL, auxiliary vector up to AT_NULL; all strings lie further up.
    unsigned long *word = stack, count = *word++;
    CHECK(count >= 1);
    while (count--)
        CHECK(*word++ > (unsigned long)stack);
    EQUAL(*word++, 0);
    while (*word)
        CHECK(*word++ > (unsigned long)stack);
    int pairs = 0;
    for (word++; word[0] != AT_NULL; word += 2)
        CHECK(++pairs < 64);
    CHECK(pairs > 10);
}
