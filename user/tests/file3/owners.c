// Who is told of a file by signals: F_SETOWN, F_SETSIG and O_ASYNC of fcntl(2).
#include "../cases.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static int reader, ends[2];
static volatile int came, code, descriptor, band;

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    came = number;
    code = info->si_code;
    descriptor = info->si_fd;
    band = info->si_band;
}

static void commands(void)
{
    CASE("F_GETOWN", fcntl(reader, F_GETOWN), 0);
    CASE("F_SETOWN", fcntl(reader, F_SETOWN, getpid()), 0);
    GIVES("F_GETOWN then", fcntl(reader, F_GETOWN), getpid());
    CASE("F_SETOWN of nobody", fcntl(reader, F_SETOWN, 99999999), ESRCH);
    CASE("F_SETSIG", fcntl(reader, F_SETSIG, SIGUSR1), 0);
    GIVES("F_GETSIG then", fcntl(reader, F_GETSIG), SIGUSR1);
    CASE("F_SETSIG of none", fcntl(reader, F_SETSIG, 65), EINVAL);
    struct f_owner_ex owner = {F_OWNER_PID, getpid()}, wrong = {9, 0};
    CASE("F_SETOWN_EX", fcntl(reader, F_SETOWN_EX, &owner), 0);
    owner.pid = 0;
    CASE("F_GETOWN_EX", fcntl(reader, F_GETOWN_EX, &owner), 0);
    GIVES("whose it is", owner.pid, getpid());
    CASE("F_SETOWN_EX of a wrong kind", fcntl(reader, F_SETOWN_EX, &wrong), EINVAL);
    CASE("F_SETOWN_EX from a bad address", fcntl(reader, F_SETOWN_EX, BAD), EFAULT);
    CASE("F_GETOWN of no descriptor", fcntl(-1, F_GETOWN), EBADF);
    CASE("F_SETOWN to nobody", fcntl(reader, F_SETOWN, 0), 0);
    GIVES("nobody then", fcntl(reader, F_GETOWN), 0);
    SUCCEED(setpgid(0, 0));
    CASE("F_SETOWN to a group", fcntl(reader, F_SETOWN, -getpgrp()), 0);
    CASE("F_GETOWN_EX of a group", fcntl(reader, F_GETOWN_EX, &owner), 0);
    GIVES("it is a group", owner.type, F_OWNER_PGRP);
    GIVES("and which", owner.pid, getpgrp());
    CASE("F_SETOWN to no group", fcntl(reader, F_SETOWN, -99999999), ESRCH);
}

static void told(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    SUCCEED(sigaction(SIGIO, &action, NULL));
    SUCCEED(sigaction(SIGRTMIN, &action, NULL));
    SUCCEED(fcntl(ends[0], F_SETOWN, getpid()));
    EQUAL(write(ends[1], "x", 1), 1);
    GIVES("nothing without O_ASYNC", came, 0);
    EQUAL(read(ends[0], (char[1]){0}, 1), 1);

    SUCCEED(fcntl(ends[0], F_SETFL, O_ASYNC));
    GIVES("the flag is kept", fcntl(ends[0], F_GETFL) & O_ASYNC, O_ASYNC);
    EQUAL(write(ends[1], "x", 1), 1);
    GIVES("SIGIO", came, SIGIO);
    EQUAL(read(ends[0], (char[1]){0}, 1), 1);

    SUCCEED(fcntl(ends[0], F_SETSIG, SIGRTMIN));
    came = 0;
    EQUAL(write(ends[1], "x", 1), 1);
    GIVES("another signal", came, SIGRTMIN);
    GIVES("which descriptor", descriptor, ends[0]);
    GIVES("that there is something to read", code, POLL_IN);
    GIVES("in bits of poll", band, POLLIN | POLLRDNORM);
    EQUAL(read(ends[0], (char[1]){0}, 1), 1);

    came = 0;
    SUCCEED(fcntl(ends[0], F_SETFL, 0));
    EQUAL(write(ends[1], "x", 1), 1);
    GIVES("nothing any more", came, 0);
    EQUAL(read(ends[0], (char[1]){0}, 1), 1);

    SUCCEED(ioctl(ends[0], FIOASYNC, &(int){1}));
    EQUAL(write(ends[1], "x", 1), 1);
    GIVES("again by FIOASYNC", came, SIGRTMIN);
}

int main(void)
{
    in_fresh_folder("/tmp/owners");
    make_file("file", 0666);
    reader = SUCCEED(open("file", O_RDONLY));
    SUCCEED(pipe(ends));
    commands();
    told();
    close(reader);
    return end_cases();
}
