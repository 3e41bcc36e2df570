// malloc(3) and friends over brk and mmap, with blocks of all sizes.
#include "../test.h"
#include <malloc.h>

enum { BLOCKS = 200 };

int main(void)
{
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    srand(1);
    for (int round = 0; round < 5000; round++) {
        int i = rand() % BLOCKS;
        for (size_t at = 0; at < sizes[i]; at += 1 + sizes[i] / 64)
            EQUAL(blocks[i][at], (unsigned char)i);
        free(blocks[i]);
        sizes[i] = rand() % (rand() % 50 ? 4000 : 400000);
        blocks[i] = malloc(sizes[i]);
        CHECK(blocks[i] || !sizes[i]);
        memset(blocks[i], i, sizes[i]);
    }
    unsigned char *zeroed = calloc(1000, 1000);
    for (int i = 0; i < 1000000; i++)
        EQUAL(zeroed[i], 0);
    void *aligned = NULL;
    EQUAL(posix_memalign(&aligned, 1 << 16, 100), 0);
    EQUAL((long)aligned % (1 << 16), 0);
    CHECK(malloc(1UL << 60) == NULL);
    EQUAL(errno, ENOMEM);
}
