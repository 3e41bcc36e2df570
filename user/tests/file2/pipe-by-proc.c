// A pipe opened through /proc/self/fd: proc(5). It has no name, so whoever opens an end never waits for the other.
#include "../test.h"

#include <fcntl.h>

static int open_descriptor(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, flags);
}

int main(void)
{
    int ends[2];
    char bytes[8];
    SUCCEED(pipe(ends));
    SUCCEED(write(ends[1], "abc", 3));

    int writer = SUCCEED(open_descriptor(ends[0], O_WRONLY));
    SUCCEED(close(ends[1]));
    EQUAL(write(writer, "d", 1), 1);
    SUCCEED(close(writer));

    // Nobody has the other end open, and nobody waits for one.
    int reader = SUCCEED(open_descriptor(ends[0], O_RDONLY));
    SUCCEED(close(ends[0]));
    EQUAL(read(reader, bytes, sizeof bytes), 4);
    CHECK(memcmp(bytes, "abcd", 4) == 0);
    EQUAL(read(reader, bytes, sizeof bytes), 0);

    SUCCEED(pipe(ends));
    SUCCEED(close(ends[0]));
    writer = SUCCEED(open_descriptor(ends[1], O_WRONLY | O_NONBLOCK));
    int both = SUCCEED(open_descriptor(ends[1], O_RDWR));
    EQUAL(write(writer, "e", 1), 1);
    EQUAL(read(both, bytes, sizeof bytes), 1);
    return 0;
}
