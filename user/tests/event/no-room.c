// eventfd(2): a write that would not fit waits until enough was taken, though a smaller one would go; a signal ends the wait.
#include "../signals.h"
#include <poll.h>
#include <sys/eventfd.h>

static const uint64_t one = 1, most = UINT64_MAX - 1;

static void await_sleep(pid_t child)
{
    for (char state; (state = state_of(child)) != 'S'; sleep_for(1))
        CHECK(state && state != 'Z');
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
    catch_signal(SIGUSR1, 0);
    start_sender(SIGUSR1);
    EXPECT_ERRNO(write(fd, &most, sizeof most), EINTR);
    stop_sender();

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
