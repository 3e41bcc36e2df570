// build: musl
// Processes that compute at the same time keep their own vector registers.
#include "../process.h"

#define EACH(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15)
#define SPREAD(n) "movq %[seed], %%xmm" #n "\n"
#define COMPARE(n) "movq %%xmm" #n ", %%rax\n xorq %[seed], %%rax\n orq %%rax, %[wrong]\n"

static void compute(unsigned long seed)
{
    unsigned long wrong = 0, turns = 100000000;
    __asm__ volatile(EACH(SPREAD)
                     "1: decq %[turns]\n"
                     "jnz 1b\n"
                     EACH(COMPARE)
                     : [turns] "+r"(turns), [wrong] "+r"(wrong)
                     : [seed] "r"(seed)
                     : "rax", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    EQUAL(wrong, 0);
}

int main(void)
{
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = start_child();
        if (children[i] == 0) {
            compute(0x0101010101010101 * (i + 1));
            _exit(0);
        }
    }
    for (int i = 0; i < 3; i++)
        EQUAL(wait_for(children[i]), 0);
}
