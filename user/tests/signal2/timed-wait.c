// build: musl
// rt_sigtimedwait(2): takes a signal without its handler, waits no longer than asked, and is never begun again.
#include "../signals.h"
#include <sys/syscall.h>

static long wait_raw(const void *set, void *info, const void *time, size_t size)
{
    return syscall(SYS_rt_sigtimedwait, set, info, time, size);
}

int main(void)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;
    struct timespec none = {0}, bad = {0, 1000000000}, negative = {-1, 0}, short_time = {0, 20000000};
    catch_signal(SIGUSR1, 0);
    block(SIGUSR1);
    EXPECT_ERRNO(wait_raw(&set, &info, &none, 8), EAGAIN);
    EXPECT_ERRNO(wait_raw(&set, &info, &short_time, 8), EAGAIN);
    EXPECT_ERRNO(wait_raw(&set, &info, &bad, 8), EINVAL);
    EXPECT_ERRNO(wait_raw(&set, &info, &negative, 8), EINVAL);
    EXPECT_ERRNO(wait_raw(&set, &info, &none, 4), EINVAL);
    EXPECT_ERRNO(wait_raw(BAD, &info, &none, 8), EFAULT);
    EXPECT_ERRNO(wait_raw(&set, &info, BAD, 8), EFAULT);

    SUCCEED(kill(getpid(), SIGUSR1));
    EXPECT_ERRNO(wait_raw(&set, BAD, &none, 8), EFAULT);
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(wait_raw(&set, NULL, NULL, 8), SIGUSR1);
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(wait_raw(&set, &info, &none, 8), SIGUSR1);
    EQUAL(info.si_code, SI_USER);
    EQUAL(caught, 0);

    // Another signal that is caught ends the wait, SA_RESTART or not.
    for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
        catch_signal(SIGUSR2, flags);
        start_sender(SIGUSR2);
        EXPECT_ERRNO(wait_raw(&set, &info, NULL, 8), EINTR);
        stop_sender();
    }
    CHECK(caught >= 2);
    // SIGKILL and SIGSTOP are not waited for.
    set = set_of(SIGKILL);
    EXPECT_ERRNO(wait_raw(&set, &info, &short_time, 8), EAGAIN);
}
