// build: musl
// A read into a buffer that ends in nothing gives what there was room for; into one that begins there, EFAULT.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SUCCEED(munmap(pages + PAGE, PAGE));
    EQUAL(read(file, pages + PAGE - 10, 10), 10);
    EXPECT_ERRNO(read(file, pages + PAGE, 10), EFAULT);
    EQUAL(lseek(file, 0, SEEK_CUR), 10);

    long count = read(file, pages + PAGE - 10, 100);
    CHECK(count > 0 && count <= 10);
    EQUAL(lseek(file, 0, SEEK_CUR), 10 + count);

    // A path that ends right before nothing is whole; one that runs into nothing is not.
    memcpy(pages + PAGE - 5, "/dev", 5);
    SUCCEED(close(SUCCEED(open(pages + PAGE - 5, O_RDONLY))));
    memcpy(pages + PAGE - 4, "/dev", 4);
    EXPECT_ERRNO(open(pages + PAGE - 4, O_RDONLY), EFAULT);
}
