// build: musl
// mremap(2): shorter, longer in place or elsewhere, to a fixed place; the bytes come along.
#include "../test.h"
#include <sys/mman.h>

enum { PAGE = 4096 };

static char *map(void *at, size_t pages, int flags)
{
    char *memory = mmap(at, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

int main(void)
{
    char *a = map(NULL, 8, 0);
    for (int i = 0; i < 8; i++)
        a[i * PAGE] = i + 1;
    CHECK(mremap(a, 8 * PAGE, 4 * PAGE, 0) == a);
    CHECK(mremap(a, 4 * PAGE, 6 * PAGE, 0) == a);
    EQUAL(a[3 * PAGE], 4);
    EQUAL(a[5 * PAGE], 0);

    // Something stands in the way: it must move, if it may.
    map(a + 6 * PAGE, 1, MAP_FIXED);
    EXPECT_ERRNO(mremap(a, 6 * PAGE, 8 * PAGE, 0), ENOMEM);
    char *b = mremap(a, 6 * PAGE, 5000 * PAGE, MREMAP_MAYMOVE);
    CHECK(b != MAP_FAILED && b != a);
    for (int i = 0; i < 4; i++)
        EQUAL(b[i * PAGE], i + 1);
    EQUAL(b[4999 * PAGE], 0);

    char *place = map(NULL, 2, 0);
    CHECK(mremap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
    EQUAL(place[0], 1);
    EQUAL(place[PAGE], 0);

    EXPECT_ERRNO(mremap(place + 1, PAGE, PAGE, 0), EINVAL);
    EXPECT_ERRNO(mremap(place, PAGE, 0, 0), EINVAL);
    EXPECT_ERRNO(mremap(place, PAGE, PAGE, MREMAP_FIXED, a), EINVAL);
    EXPECT_ERRNO(mremap(place, PAGE, PAGE, 0x100), EINVAL);
    SUCCEED(munmap(place, PAGE));
    EXPECT_ERRNO(mremap(place, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
}
