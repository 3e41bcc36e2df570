// build: musl
// lseek(2): from the start, the position and the end, and what has no position.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    char text[8];
    EQUAL(lseek(file, 4096, SEEK_SET), 4096);
    EQUAL(read(file, text, 8), 8);
    CHECK(memcmp(text, "0004096\n", 8) == 0);
    EQUAL(lseek(file, -8, SEEK_CUR), 4096);
    EQUAL(lseek(file, -3, SEEK_END), 65560);
    EQUAL(read(file, text, 8), 3);
    CHECK(memcmp(text, "end", 3) == 0);

    EXPECT_ERRNO(lseek(file, -1, SEEK_SET), EINVAL);
    EXPECT_ERRNO(lseek(file, -65564, SEEK_END), EINVAL);
    EXPECT_ERRNO(lseek(file, 0, 99), EINVAL);
    EXPECT_ERRNO(lseek(999, 0, SEEK_SET), EBADF);
    EQUAL(lseek(file, 0, SEEK_CUR), 65563);

    EQUAL(lseek(file, 1L << 40, SEEK_SET), 1L << 40);
    EQUAL(read(file, text, 8), 0);
}
