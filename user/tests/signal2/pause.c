// build: musl
// pause(2) and sigsuspend(2) end by EINTR when a handler has run, SA_RESTART or not; what is ignored does not end them.
#include "../signals.h"
#include <sys/syscall.h>

int main(void)
{
    sigset_t nothing, before, after;
    sigemptyset(&nothing);
    for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
        catch_signal(SIGUSR1, flags);
        caught = 0;
        start_sender(SIGUSR1);
        EXPECT_ERRNO(pause(), EINTR);
        CHECK(caught >= 1);
        block(SIGUSR1);
        SUCCEED(sigprocmask(SIG_BLOCK, NULL, &before));
        caught = 0;
        EXPECT_ERRNO(sigsuspend(&nothing), EINTR);
        EQUAL(caught, 1);
        SUCCEED(sigprocmask(SIG_BLOCK, NULL, &after));
        EQUAL(memcmp(&before, &after, 8), 0);
        stop_sender();
        unblock(SIGUSR1);
    }
    EXPECT_ERRNO(syscall(SYS_rt_sigsuspend, BAD, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigsuspend, &nothing, 16), EINVAL);

    pid_t child = start_child();
    if (child == 0) {
        signal(SIGUSR2, SIG_IGN);
        pause();
        _exit(1);
    }
    wait_for_state(child, 'S');
    SUCCEED(kill(child, SIGUSR2));
    SUCCEED(kill(child, SIGWINCH));
    sleep_for(50);
    EQUAL(waitpid(child, NULL, WNOHANG), 0);
    SUCCEED(kill(child, SIGTERM));
    EQUAL(wait_for(child), SIGTERM);
}
