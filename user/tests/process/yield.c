// build: musl
// sched_yield(2) returns 0, however often.
#include "../test.h"
#include <sched.h>

int main(void)
{
    for (int i = 0; i < 10000; i++)
        EQUAL(sched_yield(), 0);
}
