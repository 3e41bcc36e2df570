// Leases on files: F_SETLEASE and F_GETLEASE of fcntl(2).
#include "../cases.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static int reader, writer, folder;
static volatile int came, descriptor, code;

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    came = number;
    descriptor = info->si_fd;
    code = info->si_code;
}

static void leases(void)
{
    CASE("F_GETLEASE", fcntl(reader, F_GETLEASE), 0);
    GIVES("no lease", fcntl(reader, F_GETLEASE), F_UNLCK);
    CASE("F_SETLEASE of no kind", fcntl(reader, F_SETLEASE, 9), EINVAL);
    CASE("F_SETLEASE of no descriptor", fcntl(-1, F_SETLEASE, F_RDLCK), EBADF);
    CASE("F_SETLEASE to read, with a writer", fcntl(reader, F_SETLEASE, F_RDLCK), EAGAIN);
    CASE("F_SETLEASE to read of a writer", fcntl(writer, F_SETLEASE, F_RDLCK), EAGAIN);
    CASE("F_SETLEASE to write, with others", fcntl(writer, F_SETLEASE, F_WRLCK), EAGAIN);
    CASE("F_SETLEASE of a folder", fcntl(folder, F_SETLEASE, F_RDLCK), EINVAL);
    CASE("F_SETLEASE of none", fcntl(reader, F_SETLEASE, F_UNLCK), EAGAIN);
    AS_NOBODY(CASE("F_SETLEASE of another's", fcntl(reader, F_SETLEASE, F_RDLCK), EACCES));
}

static void alone(void)
{
    close(writer);
    CASE("F_SETLEASE to read, without a writer", fcntl(reader, F_SETLEASE, F_RDLCK), 0);
    GIVES("which is kept", fcntl(reader, F_GETLEASE), F_RDLCK);
    CASE("given up", fcntl(reader, F_SETLEASE, F_UNLCK), 0);
    CASE("F_SETLEASE to write, alone", fcntl(reader, F_SETLEASE, F_WRLCK), 0);
    GIVES("which is kept too", fcntl(reader, F_GETLEASE), F_WRLCK);
    CASE("less", fcntl(reader, F_SETLEASE, F_RDLCK), 0);
    close(reader);
    reader = SUCCEED(open("file", O_RDONLY));
    GIVES("gone with the file", fcntl(reader, F_GETLEASE), F_UNLCK);
}

// Opens the file in a child that may have to wait for it; what came of it.
static pid_t opener(int flags, int must)
{
    pid_t child = SUCCEED(fork());
    if (child == 0) {
        int fd = open("file", flags);
        _exit((fd < 0 ? errno : 0) != must);
    }
    return child;
}

static int result(pid_t child)
{
    int status;
    EQUAL(waitpid(child, &status, 0), child);
    return status;
}

// Waits for the signal that somebody wants the file.
static void wanted(const char *name)
{
    sigset_t blocked, old;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGIO);
    sigaddset(&blocked, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &blocked, &old);
    while (!came)
        sigsuspend(&old);
    sigprocmask(SIG_SETMASK, &old, NULL);
    CHECK(name && came);
}

static void broken(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    SUCCEED(sigaction(SIGIO, &action, NULL));
    SUCCEED(sigaction(SIGRTMIN, &action, NULL));
    SUCCEED(fcntl(reader, F_SETLEASE, F_RDLCK));
    GIVES("another may read", result(opener(O_RDONLY, 0)), 0);
    GIVES("nobody was told", came, 0);
    pid_t child = opener(O_WRONLY, 0);
    wanted("by a writer");
    GIVES("SIGIO", came, SIGIO);
    GIVES("what is asked for", fcntl(reader, F_GETLEASE), F_UNLCK);
    CASE("given up when told", fcntl(reader, F_SETLEASE, F_UNLCK), 0);
    GIVES("the writer goes on", result(child), 0);

    came = 0;
    SUCCEED(fcntl(reader, F_SETSIG, SIGRTMIN));
    SUCCEED(fcntl(reader, F_SETLEASE, F_WRLCK));
    child = opener(O_RDONLY, 0);
    wanted("by a reader");
    GIVES("the signal that was set", came, SIGRTMIN);
    GIVES("which descriptor", descriptor, reader);
    GIVES("why", code, POLL_MSG);
    GIVES("less is asked for", fcntl(reader, F_GETLEASE), F_RDLCK);
    CASE("made less when told", fcntl(reader, F_SETLEASE, F_RDLCK), 0);
    GIVES("the reader goes on", result(child), 0);

    came = 0;
    GIVES("who does not want to wait", result(opener(O_WRONLY | O_NONBLOCK, EWOULDBLOCK)), 0);
    GIVES("has it told all the same", came, SIGRTMIN);
    SUCCEED(fcntl(reader, F_SETLEASE, F_UNLCK));
    came = 0;
    SUCCEED(fcntl(reader, F_SETLEASE, F_RDLCK));
    child = SUCCEED(fork());
    if (child == 0) {
        close(reader);
        _exit(truncate("file", 0) != 0);
    }
    wanted("by truncate");
    close(reader);
    GIVES("given up by closing", result(child), 0);
}

int main(void)
{
    in_fresh_folder("/tmp/leases");
    make_file("file", 0666);
    reader = SUCCEED(open("file", O_RDONLY));
    writer = SUCCEED(open("file", O_WRONLY));
    folder = SUCCEED(open(".", O_RDONLY));
    leases();
    close(folder);
    alone();
    broken();
    return end_cases();
}
