// build: -mavx
// Holds values in all vector registers while the CPU is taken away and given back: vectors SEED [SECONDS]. Two of it with
// different seeds, at once, show whether the kernel keeps them apart.
#include <cpuid.h>
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REGISTERS = 16, BYTES = 32 };

static int has_avx(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE) && (c & bit_AVX);
}

// Loads all registers, stays in them for a while, stores them. Nothing between may use one.
static void hold(const unsigned char *from, unsigned char *to, unsigned long turns)
{
#define LOAD(n) "vmovdqu " #n "*32(%[from]), %%ymm" #n "\n"
#define STORE(n) "vmovdqu %%ymm" #n ", " #n "*32(%[to])\n"
#define ALL(what) what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) \
                  what(8) what(9) what(10) what(11) what(12) what(13) what(14) what(15)
    __asm__ volatile(ALL(LOAD)
                     "1: decq %[turns]\n"
                     "jnz 1b\n"
                     ALL(STORE)
                     : [turns] "+r"(turns)
                     : [from] "r"(from), [to] "r"(to)
                     : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

int main(int argc, char **argv)
{
    static unsigned char before[REGISTERS * BYTES], after[sizeof before];
    if (!has_avx()) {
        printf("no AVX\n");
        return 77;
    }
    srand(argc > 1 ? atoi(argv[1]) : 1);
    time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 2);
    int rounds = 0;
    do {
        for (size_t i = 0; i < sizeof before; i++)
            before[i] = rand();
        hold(before, after, 30000000);
        for (size_t i = 0; i < sizeof before; i++)
            if (before[i] != after[i]) {
                printf("round %d: ymm%zu has changed\n", rounds, i / BYTES);
                return 1;
            }
        rounds++;
    } while (time(NULL) < end);
    printf("vectors kept\n");
}
