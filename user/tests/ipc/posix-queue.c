// build: -O2 -static
// mq_open(3) and friends: priorities, limits, waiting until a time, notices.
#include "../process.h"
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#define NAME "/test-queue"

static volatile int told, value;

static void notice(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    told++;
    EQUAL(info->si_code, SI_MESGQ);
    value = info->si_value.sival_int;
}

static struct timespec in_a_moment(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += 50000000;
    if (time.tv_nsec >= 1000000000)
        time.tv_nsec -= 1000000000, time.tv_sec++;
    return time;
}

int main(void)
{
    struct mq_attr size = {.mq_maxmsg = 3, .mq_msgsize = 16}, told_size;
    char text[16];
    unsigned priority;
    mq_unlink(NAME);
    EXPECT_ERRNO(mq_open(NAME, O_RDWR), ENOENT);
    mqd_t queue = SUCCEED(mq_open(NAME, O_CREAT | O_RDWR, 0600, &size));
    EXPECT_ERRNO(mq_open(NAME, O_CREAT | O_EXCL | O_RDWR, 0600, &size), EEXIST);
    EQUAL(fcntl(queue, F_GETFD), FD_CLOEXEC);
    SUCCEED(mq_getattr(queue, &told_size));
    EQUAL(told_size.mq_maxmsg, 3);
    EQUAL(told_size.mq_msgsize, 16);
    EQUAL(told_size.mq_curmsgs, 0);
    SUCCEED(mq_send(queue, "low", 3, 1));
    SUCCEED(mq_send(queue, "high", 4, 9));
    SUCCEED(mq_send(queue, "low2", 4, 1));
    struct pollfd poller = {.fd = queue, .events = POLLIN | POLLOUT};
    EQUAL(poll(&poller, 1, 0), 1);
    EQUAL(poller.revents, POLLIN);
    EQUAL(mq_receive(queue, text, sizeof text, &priority), 4);
    EQUAL(memcmp(text, "high", 4), 0);
    EQUAL(priority, 9);
    EQUAL(mq_receive(queue, text, sizeof text, 0), 3);
    EQUAL(mq_receive(queue, text, sizeof text, 0), 4);
    EXPECT_ERRNO(mq_receive(queue, text, 15, 0), EMSGSIZE);
    EXPECT_ERRNO(mq_send(queue, text, 17, 0), EMSGSIZE);
    EXPECT_ERRNO(mq_send(queue, text, 1, 32768), EINVAL);
    EXPECT_ERRNO(mq_send(-1, text, 1, 0), EBADF);
    EXPECT_ERRNO(mq_send(1, text, 1, 0), EBADF);
    EXPECT_ERRNO(mq_receive(-1, text, 16, 0), EBADF);
    struct timespec soon = in_a_moment(), bad = {0, 2000000000}, past = {1, 0};
    EXPECT_ERRNO(mq_timedreceive(queue, text, 16, 0, &soon), ETIMEDOUT);
    EXPECT_ERRNO(mq_timedreceive(queue, text, 16, 0, &past), ETIMEDOUT);
    EXPECT_ERRNO(mq_timedreceive(queue, text, 16, 0, &bad), EINVAL);
    struct mq_attr nonblock = {.mq_flags = O_NONBLOCK}, wrong = {.mq_flags = 1};
    SUCCEED(mq_setattr(queue, &nonblock, &told_size));
    EQUAL(told_size.mq_flags, 0);
    EXPECT_ERRNO(mq_setattr(queue, &wrong, 0), EINVAL);
    EXPECT_ERRNO(mq_receive(queue, text, 16, 0), EAGAIN);
    for (int i = 0; i < 3; i++)
        SUCCEED(mq_send(queue, "x", 1, 0));
    EXPECT_ERRNO(mq_send(queue, "x", 1, 0), EAGAIN);
    nonblock.mq_flags = 0;
    SUCCEED(mq_setattr(queue, &nonblock, 0));
    soon = in_a_moment();
    EXPECT_ERRNO(mq_timedsend(queue, "x", 1, 0, &soon), ETIMEDOUT);

    // One that waits for room.
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(mq_send(queue, "late", 4, 0));
        _exit(0);
    }
    usleep(30000);
    for (int i = 0; i < 4; i++)
        SUCCEED(mq_receive(queue, text, 16, 0));
    EQUAL(wait_for(child), 0);

    // A notice when something comes to the empty queue, once.
    struct sigaction action = {.sa_sigaction = notice, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, 0);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
    SUCCEED(mq_notify(queue, &event));
    EXPECT_ERRNO(mq_notify(queue, &event), EBUSY);
    EXPECT_ERRNO(mq_notify(-1, &event), EBADF);
    SUCCEED(mq_send(queue, "x", 1, 0));
    SUCCEED(mq_send(queue, "y", 1, 0));
    EQUAL(told, 1);
    EQUAL(value, 42);
    SUCCEED(mq_notify(queue, &event));
    SUCCEED(mq_notify(queue, 0));
    SUCCEED(mq_notify(queue, &event));
    event.sigev_notify = 99;
    EXPECT_ERRNO(mq_notify(queue, &event), EINVAL);

    mqd_t reader = SUCCEED(mq_open(NAME, O_RDONLY));
    EXPECT_ERRNO(mq_send(reader, "x", 1, 0), EBADF);
    size.mq_maxmsg = 0;
    EXPECT_ERRNO(mq_open("/other", O_CREAT | O_RDWR, 0600, &size), EINVAL);
    EXPECT_ERRNO(mq_open("/a/b", O_CREAT | O_RDWR, 0600, 0), EACCES);
    SUCCEED(setresuid(1000, 1000, 1000));
    EXPECT_ERRNO(mq_open(NAME, O_RDONLY), EACCES);
    EXPECT_ERRNO(mq_unlink(NAME), EACCES);
    size.mq_maxmsg = 11;
    EXPECT_ERRNO(mq_open("/other", O_CREAT | O_RDWR, 0600, &size), EINVAL);
    EXPECT_ERRNO(mq_unlink("/nothing"), ENOENT);
    SUCCEED(setresuid(-1, -1, -1));
    return 0;
}
