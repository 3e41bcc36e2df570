// pipe(7): capacity, atomic writes, packets, and what F_SETPIPE_SZ allows.
#include "../test.h"
#include <fcntl.h>
#include <sys/ioctl.h>

static char page[65536];

int main(void)
{
    int ends[2], waiting;
    SUCCEED(pipe2(ends, O_NONBLOCK));
    EQUAL(fcntl(ends[0], F_GETPIPE_SZ), 65536);
    // Byte by byte it holds as much as in one piece.
    for (int i = 0; i < 65536; i++)
        EQUAL(write(ends[1], page, 1), 1);
    EXPECT_ERRNO(write(ends[1], page, 1), EAGAIN);
    SUCCEED(ioctl(ends[0], FIONREAD, &waiting));
    EQUAL(waiting, 65536);
    // Room for less than a page is room for nothing.
    EQUAL(read(ends[0], page, 4095), 4095);
    EXPECT_ERRNO(write(ends[1], page, 1), EAGAIN);
    EQUAL(read(ends[0], page, 1), 1);
    EQUAL(write(ends[1], page, 5000), 4096);
    EXPECT_ERRNO(fcntl(ends[1], F_SETPIPE_SZ, 4096), EBUSY);
    EQUAL(read(ends[0], page, 65536), 65536);
    EXPECT_ERRNO(read(ends[0], page, 1), EAGAIN);
    EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 5000), 8192);
    EQUAL(fcntl(ends[0], F_GETPIPE_SZ), 8192);
    EQUAL(write(ends[1], page, 65536), 8192);
    EQUAL(read(ends[0], page, 65536), 8192);
    EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 1), 4096);
    EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 1048576), 1048576);
    EXPECT_ERRNO(fcntl(ends[1], F_SETPIPE_SZ, -1), EINVAL);
    EXPECT_ERRNO(fcntl(open("/dev/null", O_RDWR), F_SETPIPE_SZ, 4096), EBADF);

    // Packets.
    int packets[2];
    SUCCEED(pipe2(packets, O_DIRECT | O_NONBLOCK));
    EQUAL(write(packets[1], "abc", 3), 3);
    EQUAL(write(packets[1], "defg", 4), 4);
    EQUAL(write(packets[1], "hi", 2), 2);
    EQUAL(read(packets[0], page, 100), 3);
    EQUAL(read(packets[0], page, 2), 2);
    EQUAL(page[0], 'd');
    EQUAL(read(packets[0], page, 100), 2);
    EQUAL(page[0], 'h');
    EXPECT_ERRNO(read(packets[0], page, 100), EAGAIN);
    SUCCEED(fcntl(packets[1], F_SETFL, O_NONBLOCK));
    EQUAL(write(packets[1], "a", 1), 1);
    EQUAL(write(packets[1], "b", 1), 1);
    EQUAL(read(packets[0], page, 100), 2);

    EXPECT_ERRNO(pipe2(ends, O_APPEND), EINVAL);
    EXPECT_ERRNO(pipe(BAD), EFAULT);
    EXPECT_ERRNO(lseek(packets[0], 0, SEEK_CUR), ESPIPE);
    EXPECT_ERRNO(pread(packets[0], page, 1, 0), ESPIPE);
    EQUAL(write(packets[1], "", 0), 0);
    SUCCEED(close(packets[1]));
    EQUAL(read(packets[0], page, 1), 0);
}
