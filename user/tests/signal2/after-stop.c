// build: musl
// Stopped and continued without a handler, calls that wait go on as if nothing had been; but epoll_wait and sigtimedwait end by EINTR:
// signal(7).
#include "../signals.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

// What each child does: it must end with 0.
static void wait_somehow(int how, int end)
{
    struct timespec time = {0, 300000000};
    struct pollfd entry = {.fd = end, .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN};
    sigset_t set = set_of(SIGUSR1);
    int poller = SUCCEED(epoll_create1(0));
    SUCCEED(epoll_ctl(poller, EPOLL_CTL_ADD, end, &event));
    switch (how) {
    case 0:
        EQUAL(read(end, &(char){0}, 1), 1);
        break;
    case 1:
        SUCCEED(nanosleep(&time, NULL));
        break;
    case 2:
        EQUAL(poll(&entry, 1, 300), 0);
        break;
    case 3:
        EQUAL(poll(&entry, 1, -1), 1);
        break;
    case 4:
        EXPECT_ERRNO(epoll_wait(poller, &event, 1, -1), EINTR);
        break;
    case 5:
        SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
        EXPECT_ERRNO(syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8), EINTR);
        break;
    }
}

int main(void)
{
    for (int how = 0; how < 6; how++) {
        int ends[2];
        SUCCEED(pipe(ends));
        pid_t child = start_child();
        if (child == 0) {
            wait_somehow(how, ends[0]);
            fflush(stdout);
            _exit(0);
        }
        wait_for_state(child, 'S');
        SUCCEED(kill(child, SIGSTOP));
        int status;
        EQUAL(waitpid(child, &status, WUNTRACED), child);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
        SUCCEED(kill(child, SIGCONT));
        EQUAL(waitpid(child, &status, WCONTINUED), child);
        if (WIFCONTINUED(status)) {
            sleep_for(30);
            if (how != 2)
                SUCCEED(write(ends[1], "x", 1));
            status = wait_for(child);
        }
        EQUAL(status, 0);
        close(ends[0]), close(ends[1]);
    }
}
