// timer_create(2) and its relatives: what they refuse.
#include "../signals.h"
#include <sys/syscall.h>

static long create(int clock, const void *event, void *id)
{
    return syscall(SYS_timer_create, clock, event, id);
}

int main(void)
{
    int id, other;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec set = {.it_value = {1000, 0}}, now;
    EXPECT_ERRNO(create(99, &event, &id), EINVAL);
    EXPECT_ERRNO(create(CLOCK_MONOTONIC_RAW, &event, &id), EOPNOTSUPP);
    EXPECT_ERRNO(create(CLOCK_REALTIME_COARSE, &event, &id), EOPNOTSUPP);
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, BAD, &id), EFAULT);
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, &event, BAD), EFAULT);
    event.sigev_signo = 65;
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, &event, &id), EINVAL);
    event.sigev_signo = 0;
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, &event, &id), EINVAL);
    event.sigev_signo = SIGUSR1;
    event.sigev_notify = 99;
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, &event, &id), EINVAL);
    event.sigev_notify = SIGEV_THREAD_ID;
    event._sigev_un._tid = getppid();
    EXPECT_ERRNO(create(CLOCK_MONOTONIC, &event, &id), EINVAL);
    event.sigev_notify = SIGEV_NONE;
    SUCCEED(create(CLOCK_MONOTONIC, &event, &id));
    SUCCEED(create(CLOCK_REALTIME, NULL, &other));
    CHECK(id != other);

    EXPECT_ERRNO(syscall(SYS_timer_settime, id, 0, NULL, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_settime, id, 0, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_timer_settime, 12345, 0, &set, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_gettime, 12345, &now), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_getoverrun, 12345), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_delete, 12345), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_gettime, id, BAD), EFAULT);
    set.it_value.tv_nsec = 1000000000;
    EXPECT_ERRNO(syscall(SYS_timer_settime, id, 0, &set, NULL), EINVAL);
    set.it_value.tv_nsec = 0;
    set.it_interval.tv_nsec = -1;
    EXPECT_ERRNO(syscall(SYS_timer_settime, id, 0, &set, NULL), EINVAL);
    set.it_interval.tv_nsec = 0;
    set.it_value.tv_sec = -1;
    EXPECT_ERRNO(syscall(SYS_timer_settime, id, 0, &set, NULL), EINVAL);
    set.it_value.tv_sec = 1000;
    SUCCEED(syscall(SYS_timer_settime, id, 0, &set, NULL));
    SUCCEED(syscall(SYS_timer_gettime, id, &now));
    CHECK(now.it_value.tv_sec >= 990 && now.it_value.tv_sec <= 1000);
    SUCCEED(syscall(SYS_timer_delete, id));
    EXPECT_ERRNO(syscall(SYS_timer_delete, id), EINVAL);
    EXPECT_ERRNO(syscall(SYS_timer_gettime, id, &now), EINVAL);
    // A child has no timers.
    EQUAL(IN_CHILD(EXPECT_ERRNO(syscall(SYS_timer_delete, other), EINVAL)), 0);
    SUCCEED(syscall(SYS_timer_delete, other));
}
