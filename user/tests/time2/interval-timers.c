// build: musl
// setitimer(2), all three: SIGALRM by the world's time, SIGVTALRM by the program's, SIGPROF by program's and kernel's; again and again.
#include "../signals.h"
#include <sys/syscall.h>
#include <sys/time.h>

static void await(int which, int signal)
{
    struct itimerval set = {{0, 3000}, {0, 5000}}, now, old;
    catch_signal(signal, SA_RESTART);
    caught = 0;
    SUCCEED(setitimer(which, &set, &old));
    SUCCEED(getitimer(which, &now));
    EQUAL(now.it_interval.tv_usec, 3000);
    EQUAL(now.it_interval.tv_sec, 0);
    CHECK(now.it_value.tv_usec + now.it_value.tv_sec > 0);
    while (caught < 3)
        if (which == ITIMER_REAL)
            pause();
    EQUAL(last.si_signo, signal);
    EQUAL(last.si_code, SI_KERNEL);
    struct itimerval off = {0};
    SUCCEED(setitimer(which, &off, &old));
    EQUAL(old.it_interval.tv_usec, 3000);
    SUCCEED(getitimer(which, &now));
    EQUAL(now.it_value.tv_sec + now.it_value.tv_usec, 0);
}

int main(void)
{
    alarm(0);
    await(ITIMER_REAL, SIGALRM);
    await(ITIMER_VIRTUAL, SIGVTALRM);
    await(ITIMER_PROF, SIGPROF);
    struct itimerval set = {{0, 0}, {0, 1000000}}, now;
    EXPECT_ERRNO(syscall(SYS_setitimer, 3, &set, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getitimer, -1, &now), EINVAL);
    EXPECT_ERRNO(syscall(SYS_setitimer, ITIMER_REAL, &set, NULL), EINVAL);
    set.it_value = (struct timeval){-1, 0};
    EXPECT_ERRNO(syscall(SYS_setitimer, ITIMER_REAL, &set, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_setitimer, ITIMER_REAL, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_getitimer, ITIMER_REAL, BAD), EFAULT);
    // A child has none.
    set.it_value = (struct timeval){1000, 0};
    SUCCEED(setitimer(ITIMER_REAL, &set, NULL));
    EQUAL(IN_CHILD(({ SUCCEED(getitimer(ITIMER_REAL, &now)); EQUAL(now.it_value.tv_sec, 0); })), 0);
}
