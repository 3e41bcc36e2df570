// A system call changes rax, rcx and r11 and nothing else, vector registers among them: rcx is the address of the next
// instruction, r11 the flags.
#include "../test.h"
#include <sys/syscall.h>

unsigned long after[10], next, returned_to, flags;
double vectors_before[32], vectors_after[32];

#define EACH(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15)
#define LOAD(n) "movups vectors_before+" #n "*16(%%rip), %%xmm" #n "\n"
#define STORE(n) "movups %%xmm" #n ", vectors_after+" #n "*16(%%rip)\n"
#define SET(number, name) "movq $" #number ", %%" name "\n"
#define KEEP(index, name) "movq %%" name ", after+" #index "*8(%%rip)\n"

static long call(long number)
{
    __asm__ volatile(
        EACH(LOAD)
        SET(101, "rdi") SET(102, "rsi") SET(103, "rdx") SET(104, "r8") SET(105, "r9") SET(106, "r10") SET(107, "r12")
        SET(108, "r13") SET(109, "r14") SET(110, "r15")
        "stc\n"
        "syscall\n"
        "1:\n"
        KEEP(0, "rdi") KEEP(1, "rsi") KEEP(2, "rdx") KEEP(3, "r8") KEEP(4, "r9") KEEP(5, "r10") KEEP(6, "r12")
        KEEP(7, "r13") KEEP(8, "r14") KEEP(9, "r15")
        EACH(STORE)
        "movq %%r11, flags(%%rip)\n"
        "movq %%rcx, returned_to(%%rip)\n"
        "leaq 1b(%%rip), %%rcx\n"
        "movq %%rcx, next(%%rip)\n"
        : "+a"(number)
        :
        : "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc", "xmm0",
          "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
          "xmm14", "xmm15");
    return number;
}

int main(void)
{
    for (int i = 0; i < 32; i++)
        vectors_before[i] = i + 0.5;
    EQUAL(call(SYS_getpid), getpid());
    for (int i = 0; i < 10; i++)
        EQUAL(after[i], 101 + i);
    EQUAL(returned_to, next);
    EQUAL(flags & 0x201, 0x201); // interrupts on, and the carry that was set
    for (int i = 0; i < 32; i++)
        CHECK(vectors_after[i] == vectors_before[i]);
}
