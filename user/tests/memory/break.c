// brk(2): grows, shrinks and grows again by zeroed memory; what is refused leaves it where it was.
#include "../test.h"
#include <sys/syscall.h>

int main(void)
{
    char *start = sbrk(0);
    CHECK(sbrk(3 * 4096 + 5) == start);
    CHECK((char *)sbrk(0) == start + 3 * 4096 + 5);
    for (int i = 0; i < 3 * 4096; i++)
        EQUAL(start[i], 0);
    memset(start, 0xaa, 3 * 4096);

    CHECK(sbrk(-(2 * 4096 + 5)) != (void *)-1);
    EQUAL(start[4095], (char)0xaa);
    CHECK(sbrk(2 * 4096) != (void *)-1);
    for (char *c = (char *)(((long)start + 8191) & ~4095L); c < (char *)sbrk(0); c++)
        EQUAL(*c, 0);

    long now = syscall(SYS_brk, 0);
    EQUAL(syscall(SYS_brk, 1L), now);
    EQUAL(syscall(SYS_brk, -1L), now);
    EQUAL(syscall(SYS_brk, 0x7ffffffff000), now);
}
