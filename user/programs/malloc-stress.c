// Allocates, grows and frees blocks at random, and checks that none of them lost its bytes: malloc-stress [ROUNDS]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 512 };

static struct block {
    unsigned char *bytes;
    size_t size;
    unsigned char mark;
} blocks[BLOCKS];

static unsigned long state = 88172645463325252;

static unsigned long random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static size_t random_size(void)
{
    return random_number() % (random_number() % 32 ? 2000 : 1 << 20);
}

static int intact(const struct block *block)
{
    for (size_t i = 0; i < block->size; i++)
        if (block->bytes[i] != block->mark)
            return 0;
    return 1;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 20000;
    for (int round = 0; round < rounds; round++) {
        struct block *block = &blocks[random_number() % BLOCKS];
        if (!intact(block)) {
            printf("round %d: a block of %zu bytes has changed\n", round, block->size);
            return 1;
        }
        block->size = random_size();
        block->bytes = realloc(block->bytes, block->size + 1);
        if (!block->bytes) {
            printf("round %d: no memory for %zu bytes\n", round, block->size);
            return 1;
        }
        block->mark = round;
        memset(block->bytes, block->mark, block->size);
    }
    printf("%d rounds, all blocks intact\n", rounds);
}
