// build: -mavx
// All vector registers, AVX's upper halves too, come through a handler that uses them itself.
#include "../test.h"
#include <cpuid.h>
#include <signal.h>
#include <sys/syscall.h>

#define EACH(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15)
#define LOAD(n) "vmovdqu before+" #n "*32(%%rip), %%ymm" #n "\n"
#define STORE(n) "vmovdqu %%ymm" #n ", after+" #n "*32(%%rip)\n"

unsigned char before[512], after[512];

static void handler(int signal)
{
    (void)signal;
    __asm__ volatile("vzeroall" ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                     "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

int main(void)
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
        SKIP("the CPU, or the kernel, has no AVX");
    signal(SIGUSR1, handler);
    for (int i = 0; i < 512; i++)
        before[i] = i * 7 + 1;
    long result = SYS_kill;
    __asm__ volatile(EACH(LOAD) "syscall\n" EACH(STORE)
                     : "+a"(result)
                     : "D"(getpid()), "S"(SIGUSR1)
                     : "rcx", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    EQUAL(result, 0);
    for (int i = 0; i < 512; i++)
        EQUAL(after[i], before[i]);
}
