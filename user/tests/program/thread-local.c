// Thread-local variables: set, zero and aligned ones.
#include "../test.h"

static __thread int set = 41;
static __thread char zero[3000];
static __thread _Alignas(128) long aligned = 7;

int main(void)
{
    EQUAL(set, 41);
    EQUAL(aligned, 7);
    EQUAL((long)&aligned % 128, 0);
    for (unsigned i = 0; i < sizeof zero; i++)
        EQUAL(zero[i], 0);
    set++;
    aligned = 8;
    EQUAL(set, 42);
    EQUAL(aligned, 8);
}
