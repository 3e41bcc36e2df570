// pipe(7): who waits, EPIPE and SIGPIPE, and big writes that go on until all is read.
#include "../process.h"
#include <signal.h>
#include <sys/poll.h>

static char bytes[300000];

int main(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        close(ends[0]);
        for (int i = 0; i < (int)sizeof bytes; i++)
            bytes[i] = i % 251;
        EQUAL(write(ends[1], bytes, sizeof bytes), sizeof bytes);
        _exit(0);
    }
    close(ends[1]);
    long sum = 0, count;
    while ((count = SUCCEED(read(ends[0], bytes, 7777))) > 0)
        for (int i = 0; i < count; i++, sum++)
            EQUAL((unsigned char)bytes[i], sum % 251);
    EQUAL(sum, 300000);
    EQUAL(wait_for(child), 0);
    close(ends[0]);

    SUCCEED(pipe(ends));
    signal(SIGPIPE, SIG_DFL);
    struct pollfd watch = {.fd = ends[1], .events = POLLOUT};
    EQUAL(poll(&watch, 1, 0), 1);
    EQUAL(watch.revents, POLLOUT);
    SUCCEED(close(ends[0]));
    EQUAL(poll(&watch, 1, 0), 1);
    EQUAL(watch.revents & POLLERR, POLLERR);
    EXPECT_SIGNAL(write(ends[1], "x", 1), SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_ERRNO(write(ends[1], "x", 1), EPIPE);
}
