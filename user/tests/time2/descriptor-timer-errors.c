// build: musl
// timerfd_create(2) and its relatives: what they refuse.
#include "../test.h"
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

int main(void)
{
    struct itimerspec set = {.it_value = {1, 0}}, now;
    EXPECT_ERRNO(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
    EXPECT_ERRNO(timerfd_create(99, 0), EINVAL);
    EXPECT_ERRNO(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
    int fd = SUCCEED(timerfd_create(CLOCK_MONOTONIC, 0)), other = SUCCEED(open("/dev/null", O_RDONLY));
    EXPECT_ERRNO(timerfd_settime(-1, 0, &set, NULL), EBADF);
    EXPECT_ERRNO(timerfd_settime(other, 0, &set, NULL), EINVAL);
    EXPECT_ERRNO(timerfd_gettime(-1, &now), EBADF);
    EXPECT_ERRNO(timerfd_gettime(other, &now), EINVAL);
    EXPECT_ERRNO(timerfd_settime(fd, 8, &set, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timerfd_settime, fd, 0, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_timerfd_settime, fd, 0, &set, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_timerfd_gettime, fd, BAD), EFAULT);
    set.it_value.tv_nsec = 1000000000;
    EXPECT_ERRNO(timerfd_settime(fd, 0, &set, NULL), EINVAL);
    set = (struct itimerspec){{-1, 0}, {1, 0}};
    EXPECT_ERRNO(timerfd_settime(fd, 0, &set, NULL), EINVAL);
}
