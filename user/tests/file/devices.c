// build: musl
// /dev/null, zero, full, random and urandom.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    char bytes[5000], other[5000];
    int null = SUCCEED(open("/dev/null", O_RDWR)), zero = SUCCEED(open("/dev/zero", O_RDWR));
    EQUAL(read(null, bytes, 10), 0);
    EQUAL(write(null, bytes, 5000), 5000);

    memset(bytes, 1, sizeof bytes);
    EQUAL(read(zero, bytes, 5000), 5000);
    for (int i = 0; i < 5000; i++)
        EQUAL(bytes[i], 0);
    EQUAL(write(zero, bytes, 5000), 5000);

    int full = SUCCEED(open("/dev/full", O_RDWR));
    EXPECT_ERRNO(write(full, bytes, 1), ENOSPC);
    EQUAL(read(full, bytes, 10), 10);

    int random = SUCCEED(open("/dev/random", O_RDONLY)), urandom = SUCCEED(open("/dev/urandom", O_RDONLY));
    EQUAL(read(urandom, bytes, 5000), 5000);
    EQUAL(read(urandom, other, 5000), 5000);
    CHECK(memcmp(bytes, other, 5000));
    CHECK(read(random, other, 16) > 0);
}
