// build: musl
// mmap(2) of anonymous memory: zeroed, apart, at a hint or a fixed address; what munmap(2) took away is gone.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static char *map(void *at, size_t size, int flags)
{
    return mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    char *a = map(NULL, 5 * PAGE, 0), *b = map(NULL, 1, 0);
    CHECK(a != MAP_FAILED && b != MAP_FAILED && a != b);
    EQUAL((long)a % PAGE, 0);
    for (int i = 0; i < 5 * PAGE; i++)
        EQUAL(a[i], 0);
    memset(a, 1, 5 * PAGE);

    // The third page goes; its neighbours stay.
    SUCCEED(munmap(a + 2 * PAGE, PAGE));
    EXPECT_ERRNO(read(file, a + 2 * PAGE, 1), EFAULT);
    EQUAL(a[2 * PAGE - 1] + a[3 * PAGE], 2);
    SUCCEED(munmap(a + 2 * PAGE, PAGE));

    // A hint is followed where there is room, a fixed address always.
    CHECK(map(a + 2 * PAGE, PAGE, 0) == a + 2 * PAGE);
    EQUAL(a[2 * PAGE], 0);
    char *other = map(a + PAGE, PAGE, 0);
    CHECK(other != MAP_FAILED && other != a + PAGE);
    CHECK(map(a + PAGE, PAGE, MAP_FIXED) == a + PAGE);
    EQUAL(a[PAGE], 0);
    EXPECT_ERRNO(map(a, PAGE, MAP_FIXED_NOREPLACE), EEXIST);

    // A large one costs nothing until it is touched.
    char *large = map(NULL, 1UL << 36, MAP_NORESERVE);
    CHECK(large != MAP_FAILED);
    large[1UL << 35] = 1;
    SUCCEED(munmap(large, 1UL << 36));
}
