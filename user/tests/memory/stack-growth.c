// build: musl
// The stack grows as it is used, to nearly 8 MiB, from its top down or from far below at once.
#include "../test.h"

static int deep(int depth)
{
    volatile char frame[16384];
    frame[0] = depth;
    return depth ? deep(depth - 1) + frame[0] - (char)depth : 0;
}

__attribute__((noinline)) static int far_below(void)
{
    volatile char frame[7 << 20];
    frame[0] = 1;
    frame[sizeof frame / 2] = 2;
    return frame[0] + frame[sizeof frame / 2];
}

int main(void)
{
    EQUAL(far_below(), 3);
    EQUAL(deep(450), 0);
}
