// build: musl
// /proc/sys/fs/inode-nr tells how many inodes there are: more with more files.
#include "../test.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIPES = 100 };

static long inodes(void)
{
    char text[64] = "";
    int fd = SUCCEED(open("/proc/sys/fs/inode-nr", O_RDONLY));
    long length = SUCCEED(read(fd, text, sizeof text - 1));
    CHECK(length > 3);
    SUCCEED(close(fd));
    return atol(text);
}

int main(void)
{
    long before = inodes();
    int pipes[PIPES][2];
    for (int i = 0; i < PIPES; i++)
        SUCCEED(pipe(pipes[i]));
    // Others may let go of some meanwhile.
    CHECK(inodes() >= before + PIPES / 2);
    return 0;
}
