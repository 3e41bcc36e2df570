// build: musl
// ioctl(2): a plain file is no terminal.
#include "../test.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
    struct termios settings;
    struct winsize size;
    int file = SUCCEED(open(FILES "hello", O_RDONLY));
    EXPECT_ERRNO(tcgetattr(file, &settings), ENOTTY);
    EXPECT_ERRNO(ioctl(file, TIOCGWINSZ, &size), ENOTTY);
    EXPECT_ERRNO(ioctl(file, 0x12345678, 0), ENOTTY);
    EXPECT_ERRNO(ioctl(999, TIOCGWINSZ, &size), EBADF);
    CHECK(!isatty(file));
    EQUAL(errno, ENOTTY);
}
