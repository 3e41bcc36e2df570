// atexit(3): handlers run last first, then streams are flushed and the status is what exit(3) was given.
#include "../test.h"

static int order = 3;

static void last(void)
{
    if (--order != 0)
        _exit(1);
    _exit(0);
}

static void middle(void) { order -= order == 2 ? 1 : 9; }
static void first(void) { order -= order == 3 ? 1 : 9; }

int main(void)
{
    CHECK(atexit(last) == 0 && atexit(middle) == 0 && atexit(first) == 0);
    exit(5);
}
