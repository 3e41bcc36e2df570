// build: musl
// read(2): all of a file, its end, and what cannot be read.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    char text[100];
    int file = SUCCEED(open(FILES "hello", O_RDONLY));
    EQUAL(read(file, text, 5), 5);
    CHECK(memcmp(text, "hello", 5) == 0);
    EQUAL(read(file, text, 0), 0);
    EQUAL(read(file, text, 100), 8);
    CHECK(memcmp(text, ", world\n", 8) == 0);
    EQUAL(read(file, text, 100), 0);
    EQUAL(read(file, BAD, 100), 0);
    SUCCEED(close(file));
    EXPECT_ERRNO(read(file, text, 1), EBADF);
    EXPECT_ERRNO(read(-1, text, 1), EBADF);
    EXPECT_ERRNO(read(1 << 30, text, 1), EBADF);

    EQUAL(read(SUCCEED(open(FILES "empty", O_RDONLY)), text, 1), 0);
    EXPECT_ERRNO(read(SUCCEED(open(FILES, O_RDONLY)), text, 1), EISDIR);
    EXPECT_ERRNO(read(SUCCEED(open("/dev/null", O_WRONLY)), text, 1), EBADF);
}
