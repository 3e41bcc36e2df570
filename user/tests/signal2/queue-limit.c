// build: musl
// RLIMIT_SIGPENDING: so many signals wait with what they say, then sigqueue(3) is refused, while kill(2) never is.
#include "../signals.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit few = {5, 5};
    int queued = SIGRTMIN + 2;
    sigset_t set;
    siginfo_t info;
    // Others of the superuser's may have signals waiting, so it is another user who counts.
    SUCCEED(setrlimit(RLIMIT_SIGPENDING, &few));
    SUCCEED(setuid(61234));
    block(queued);
    block(SIGUSR1);
    block(SIGUSR2);
    for (int i = 0; i < 5; i++)
        SUCCEED(sigqueue(getpid(), queued, (union sigval){.sival_int = i}));
    EXPECT_ERRNO(sigqueue(getpid(), queued, (union sigval){.sival_int = 5}), EAGAIN);
    // A standard signal comes though nobody knows any more what it said.
    SUCCEED(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 6}));
    SUCCEED(kill(getpid(), SIGUSR2));
    SUCCEED(kill(getpid(), queued));

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    EQUAL(sigwaitinfo(&set, &info), SIGUSR1);
    EQUAL(info.si_code, SI_USER);
    EQUAL(info.si_pid, 0);
    sigaddset(&set, SIGUSR2);
    EQUAL(sigwaitinfo(&set, &info), SIGUSR2);
    EQUAL(info.si_pid, getpid());
    sigaddset(&set, queued);
    for (int i = 0; i < 5; i++) {
        EQUAL(sigwaitinfo(&set, &info), queued);
        EQUAL(info.si_value.sival_int, i);
    }
    struct timespec now = {0};
    EXPECT_ERRNO(sigtimedwait(&set, &info, &now), EAGAIN);
    SUCCEED(sigqueue(getpid(), queued, (union sigval){.sival_int = 7}));
    EQUAL(sigwaitinfo(&set, &info), queued);
}
