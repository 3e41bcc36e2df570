// eventfd(2): a write that would not fit waits until enough was taken, though a smaller one would go; a signal ends the wait.
#include "../signals.h"
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/time.h>

static const uint64_t one = 1, most = UINT64_MAX - 1;

// Waits until a process sleeps, as /proc tells.
static void await_sleep(pid_t child)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    for (char *end = NULL; !end || end[2] != 'S'; sleep_for(1)) {
        FILE *file = fopen(path, "r");
        CHECK(file && fgets(text, sizeof text, file));
        fclose(file);
        end = strrchr(text, ')');
    }
}

static uint64_t take(int fd)
{
    uint64_t value = 0;
    EQUAL(read(fd, &value, sizeof value), sizeof value);
    return value;
}

int main(void)
{
    int fd = SUCCEED(eventfd(5, 0)), quick = SUCCEED(eventfd(5, EFD_NONBLOCK));
    EXPECT_ERRNO(write(quick, &most, sizeof most), EAGAIN);

    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    EQUAL(poll(&ready, 1, 0), 1);
    catch_signal(SIGALRM, 0);
    const struct itimerval soon = { .it_value = { 0, 50000 } };
    SUCCEED(setitimer(ITIMER_REAL, &soon, NULL));
    EXPECT_ERRNO(write(fd, &most, sizeof most), EINTR);

    // It sleeps meanwhile, and goes on when all is taken.
    pid_t child = SUCCEED(fork());
    if (child == 0) {
        EQUAL(write(fd, &most, sizeof most), sizeof most);
        _exit(0);
    }
    await_sleep(child);
    EQUAL(write(fd, &one, sizeof one), sizeof one);
    sleep_for(20);
    await_sleep(child);
    EQUAL(take(fd), 6);
    EQUAL(wait_for(child), 0);
    EQUAL(take(fd), most);

    // One at a time makes room, too.
    int slow = SUCCEED(eventfd(2, EFD_SEMAPHORE));
    child = SUCCEED(fork());
    if (child == 0) {
        EQUAL(write(slow, &most, sizeof most), sizeof most);
        _exit(0);
    }
    await_sleep(child);
    EQUAL(take(slow), 1);
    await_sleep(child);
    EQUAL(take(slow), 1);
    EQUAL(wait_for(child), 0);
    return 0;
}
