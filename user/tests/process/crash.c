// build: musl
// What a program must not do ends it by the signal that the exception means, and nobody else.
#include "../process.h"
#include <signal.h>
#include <sys/mman.h>

static int overflow(volatile char *last)
{
    volatile char frame[4096];
    frame[0] = last ? *last : 0;
    return (last ? overflow(frame) : 0) + frame[0];
}

// Nothing comes back from these, so the compiler need not know what they change.
#define DO(instructions) __asm__ volatile(instructions)

int main(void)
{
    static char data[16];
    EXPECT_SIGNAL(*(volatile char *)BAD = 1, SIGSEGV);
    EXPECT_SIGNAL((void)*(volatile char *)0xffff800000000000, SIGSEGV);
    EXPECT_SIGNAL((void)*(volatile char *)0xffffffff80000000, SIGSEGV);
    EXPECT_SIGNAL(*(volatile char *)main = 1, SIGSEGV);
    EXPECT_SIGNAL(((void (*)(void))data)(), SIGSEGV);
    EXPECT_SIGNAL(DO("movq $0x8000000000000000, %rax; movb (%rax), %al"), SIGSEGV);
    EXPECT_SIGNAL(DO("movq $0x8000000000000000, %rax; jmp *%rax"), SIGSEGV);
    EXPECT_SIGNAL(DO("xorl %esp, %esp; pushq $1"), SIGSEGV);
    EXPECT_SIGNAL(DO("xorl %edx, %edx; xorl %ecx, %ecx; divl %ecx"), SIGFPE);
    EXPECT_SIGNAL(DO("movl $0x80000000, %eax; cltd; movl $-1, %ecx; idivl %ecx"), SIGFPE);
    EXPECT_SIGNAL(DO("ud2"), SIGILL);
    EXPECT_SIGNAL(DO("int3"), SIGTRAP);
    EXPECT_SIGNAL(DO("cli"), SIGSEGV);
    EXPECT_SIGNAL(DO("hlt"), SIGSEGV);
    EXPECT_SIGNAL(DO("outb %al, $0x80"), SIGSEGV);
    EXPECT_SIGNAL(DO("movq %cr0, %rax"), SIGSEGV);
    EXPECT_SIGNAL(DO("movl $0x10, %ecx; rdmsr"), SIGSEGV);
    EXPECT_SIGNAL(DO("int $0x20"), SIGSEGV);
    EXPECT_SIGNAL(DO("int $8"), SIGSEGV);
    EXPECT_SIGNAL(DO("movw $8, %ax; movw %ax, %ss"), SIGSEGV);
    EXPECT_SIGNAL(overflow(data), SIGSEGV);
}
