// mmap(2), munmap(2) and mprotect(2): what they refuse.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE, ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS };

int main(void)
{
    EXPECT_ERRNO(mmap(NULL, 0, BOTH, ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERRNO(mmap(NULL, PAGE, BOTH, MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERRNO(mmap((void *)0x12345, PAGE, BOTH, ANONYMOUS | MAP_FIXED, -1, 0), EINVAL);
    EXPECT_ERRNO(mmap(NULL, 1UL << 47, BOTH, ANONYMOUS, -1, 0), ENOMEM);
    EXPECT_ERRNO(mmap(NULL, -1UL, BOTH, ANONYMOUS, -1, 0), ENOMEM);
    EXPECT_ERRNO(mmap((void *)(1UL << 47), PAGE, BOTH, ANONYMOUS | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF);

    int folder = SUCCEED(open(FILES, O_RDONLY)), file = SUCCEED(open(FILES "hello", O_RDONLY));
    EXPECT_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0), ENODEV);
    EXPECT_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 5), EINVAL);
    EXPECT_ERRNO(mmap(NULL, PAGE, BOTH, MAP_SHARED, file, 0), EACCES);

    char *page = mmap(NULL, PAGE, BOTH, ANONYMOUS, -1, 0);
    EXPECT_ERRNO(munmap(page + 1, PAGE), EINVAL);
    EXPECT_ERRNO(munmap(page, 0), EINVAL);
    EXPECT_ERRNO(munmap((void *)(1UL << 47), PAGE), EINVAL);
    EXPECT_ERRNO(mprotect(page + 1, PAGE, PROT_READ), EINVAL);
    EXPECT_ERRNO(mprotect(page, PAGE, 0x40000), EINVAL);
    SUCCEED(mprotect(page, 0, PROT_READ));
    SUCCEED(munmap(page, PAGE));
    EXPECT_ERRNO(mprotect(page, PAGE, PROT_READ), ENOMEM);
}
