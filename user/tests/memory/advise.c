// build: musl
// madvise(2): what is not needed any more reads as zeros, or as the file again.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

int main(void)
{
    char *pages = mmap(NULL, 3 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(pages, 'x', 3 * PAGE);
    SUCCEED(madvise(pages + PAGE, PAGE, MADV_DONTNEED));
    EQUAL(pages[PAGE - 1], 'x');
    EQUAL(pages[PAGE], 0);
    EQUAL(pages[2 * PAGE - 1], 0);
    EQUAL(pages[2 * PAGE], 'x');

    char *file = mmap(NULL, PAGE, BOTH, MAP_PRIVATE, SUCCEED(open(FILES "pattern", O_RDONLY)), 0);
    CHECK(file != MAP_FAILED);
    file[0] = 'x';
    SUCCEED(madvise(file, PAGE, MADV_DONTNEED));
    EQUAL(file[0], '0');

    SUCCEED(madvise(pages, 3 * PAGE, MADV_NORMAL));
    SUCCEED(madvise(pages, 3 * PAGE, MADV_WILLNEED));
    SUCCEED(madvise(pages, 0, MADV_NORMAL));
    EXPECT_ERRNO(madvise(pages + 1, PAGE, MADV_NORMAL), EINVAL);
    EXPECT_ERRNO(madvise(pages, PAGE, 9999), EINVAL);
    SUCCEED(munmap(pages + PAGE, PAGE));
    EXPECT_ERRNO(madvise(pages, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    EQUAL(pages[0] + pages[2 * PAGE], 0);
}
