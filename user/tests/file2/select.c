// select(2), pselect6(2)
#include "../process.h"
#include <signal.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

static void nothing(int signal) { (void)signal; }

static long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    fd_set readable, writable, special;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&special);
    FD_SET(ends[0], &readable);
    FD_SET(ends[1], &writable);
    FD_SET(ends[0], &special);
    EQUAL(select(ends[1] + 1, &readable, &writable, &special, NULL), 1);
    CHECK(!FD_ISSET(ends[0], &readable) && FD_ISSET(ends[1], &writable) && !FD_ISSET(ends[0], &special));
    EQUAL(write(ends[1], "x", 1), 1);
    FD_SET(ends[0], &readable);
    EQUAL(select(ends[1] + 1, &readable, &writable, NULL, NULL), 2);
    EQUAL(select(0, NULL, NULL, NULL, &(struct timeval){0}), 0);
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);

    long start = milliseconds();
    struct timeval time = {.tv_usec = 50000};
    EQUAL(select(ends[1] + 1, &readable, NULL, NULL, &time), 0);
    CHECK(milliseconds() - start >= 50);
    EQUAL(time.tv_sec + time.tv_usec, 0);
    CHECK(!FD_ISSET(ends[0], &readable));

    // Somebody writes while we wait.
    pid_t child = start_child();
    if (child == 0) {
        usleep(20000);
        EQUAL(write(ends[1], "x", 1), 1);
        _exit(0);
    }
    FD_SET(ends[0], &readable);
    EQUAL(select(ends[1] + 1, &readable, NULL, NULL, NULL), 1);
    EQUAL(wait_for(child), 0);
    EQUAL(read(ends[0], &byte, 1), 1);

    // A signal that is let through only while we wait.
    sigset_t blocked, none;
    sigemptyset(&none), sigemptyset(&blocked), sigaddset(&blocked, SIGUSR1);
    signal(SIGUSR1, nothing);
    SUCCEED(sigprocmask(SIG_BLOCK, &blocked, NULL));
    SUCCEED(raise(SIGUSR1));
    EXPECT_ERRNO(pselect(0, NULL, NULL, NULL, NULL, &none), EINTR);
    EQUAL(pselect(0, NULL, NULL, NULL, &(struct timespec){.tv_nsec = 1000}, &none), 0);

    FD_ZERO(&readable);
    FD_SET(60, &readable);
    EXPECT_ERRNO(select(61, &readable, NULL, NULL, NULL), EBADF);
    EXPECT_ERRNO(select(-1, NULL, NULL, NULL, NULL), EINVAL);
    time = (struct timeval){.tv_sec = -1};
    EXPECT_ERRNO(syscall(SYS_select, 0, NULL, NULL, NULL, &time), EINVAL);
    EXPECT_ERRNO(syscall(SYS_select, 1, BAD, NULL, NULL, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_select, 0, NULL, NULL, NULL, BAD), EFAULT);
    EXPECT_ERRNO(pselect(0, NULL, NULL, NULL, &(struct timespec){.tv_nsec = 1000000000}, NULL), EINVAL);
    struct { void *set; size_t size; } wrong = {&none, 4};
    EXPECT_ERRNO(syscall(SYS_pselect6, 0, NULL, NULL, NULL, NULL, &wrong), EINVAL);
    EXPECT_ERRNO(syscall(SYS_pselect6, 0, NULL, NULL, NULL, NULL, BAD), EFAULT);
}
