// build: musl
// Numbers that mean no call, or one of another table: ENOSYS, and nothing else happens.
#include "../test.h"
#include <sys/syscall.h>

int main(void)
{
    const long numbers[] = {1000, 511, 512, 600, 0x3fffffff, -1, 0x7fffffff, 181, 184};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        EXPECT_ERRNO(syscall(numbers[i], 1, 2, 3, 4, 5, 6), ENOSYS);
    EQUAL(syscall(1L << 32 | SYS_getpid), getpid()); // only 32 bits are looked at
}
