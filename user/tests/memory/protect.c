// build: musl
// mprotect(2): rights of single pages, seen by what read(2) and write(2) may touch; the bytes stay.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    int sink = SUCCEED(open("/dev/null", O_WRONLY));
    char *pages = mmap(NULL, 3 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(pages, 'x', 3 * PAGE);

    SUCCEED(mprotect(pages + PAGE, PAGE, PROT_READ));
    EXPECT_ERRNO(read(file, pages + PAGE, 1), EFAULT);
    EQUAL(read(file, pages, 1), 1);
    EQUAL(read(file, pages + 2 * PAGE, 1), 1);
    EQUAL(pages[PAGE], 'x');

    SUCCEED(mprotect(pages + PAGE, PAGE, PROT_NONE));
    EXPECT_ERRNO(open(pages + PAGE, O_RDONLY), EFAULT);
    SUCCEED(mprotect(pages, 3 * PAGE, BOTH));
    EQUAL(pages[PAGE], 'x');
    EQUAL(read(file, pages + PAGE, 1), 1);
    EQUAL(write(sink, pages, 3 * PAGE), 3 * PAGE);

    // Code can be made: a function that returns 42.
    memcpy(pages, "\xb8\x2a\0\0\0\xc3", 6);
    SUCCEED(mprotect(pages, PAGE, PROT_READ | PROT_EXEC));
    EQUAL(((int (*)(void))pages)(), 42);
}
