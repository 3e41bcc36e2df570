// build: musl
// A new file gets the lowest free number; closing frees it, once.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    int a = SUCCEED(open(FILES "hello", O_RDONLY));
    int b = SUCCEED(open(FILES "hello", O_RDONLY));
    int c = SUCCEED(open(FILES, O_RDONLY | O_DIRECTORY));
    EQUAL(b, a + 1);
    EQUAL(c, a + 2);
    SUCCEED(close(b));
    EXPECT_ERRNO(close(b), EBADF);
    EQUAL(open(FILES "empty", O_RDONLY), b);
    SUCCEED(close(a));
    SUCCEED(close(b));
    EQUAL(open(FILES "empty", O_RDONLY), a);
    EXPECT_ERRNO(close(-1), EBADF);
    EXPECT_ERRNO(close(1000000), EBADF);

    // Each has its own position.
    char one, two;
    b = SUCCEED(open(FILES "lines", O_RDONLY));
    c = SUCCEED(open(FILES "lines", O_RDONLY));
    SUCCEED(lseek(b, 5, SEEK_SET));
    EQUAL(read(b, &one, 1) + read(c, &two, 1), 2);
    CHECK(one == '0' && two == 'l');
}
