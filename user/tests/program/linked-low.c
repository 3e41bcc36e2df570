// build: -Wl,-Ttext-segment=0x10000
// A program that is linked at the lowest address that Linux allows.
#include "../test.h"

extern const char __ehdr_start[];
static int zero[5000];

int main(void)
{
    EQUAL((long)__ehdr_start, 0x10000);
    for (int i = 0; i < 5000; i++)
        EQUAL(zero[i], 0);
    char *block = malloc(100000);
    CHECK(block);
    memset(block, 1, 100000);
}
