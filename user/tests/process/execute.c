// build: musl
// execve(2) of oneself: what a program keeps, and what it begins anew.
#include "../test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static void handler(int signal) { (void)signal; }

static void first(char *self)
{
    char pid[16], end[24];
    struct sigaction ignore = {.sa_handler = SIG_IGN}, handled = {.sa_handler = handler};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    SUCCEED(sigaction(SIGHUP, &ignore, NULL));
    SUCCEED(sigaction(SIGINT, &handled, NULL));
    SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
    SUCCEED(kill(getpid(), SIGUSR2));
    EQUAL(open(FILES "lines", O_RDONLY), 3);
    EQUAL(open(FILES "lines", O_RDONLY | O_CLOEXEC), 4);
    SUCCEED(lseek(3, 50, SEEK_SET));
    SUCCEED(chdir(FILES));
    umask(0123);
    sbrk(100000);
    snprintf(pid, sizeof pid, "%d", getpid());
    snprintf(end, sizeof end, "%p", sbrk(0));
    char *arguments[] = {"other name", pid, end, "", NULL}, *environment[] = {"ONLY=this", "", NULL};
    SUCCEED(execve(self, arguments, environment));
}

static void second(char **argv, char **envp)
{
    struct sigaction action;
    sigset_t set;
    char folder[100];
    CHECK(strcmp(argv[0], "other name") == 0 && strcmp(argv[3], "") == 0);
    CHECK(strcmp(envp[0], "ONLY=this") == 0 && strcmp(envp[1], "") == 0 && !envp[2]);
    EQUAL(atoi(argv[1]), getpid());
    EQUAL(lseek(3, 0, SEEK_CUR), 50);
    EXPECT_ERRNO(lseek(4, 0, SEEK_CUR), EBADF);
    SUCCEED(sigaction(SIGHUP, NULL, &action));
    CHECK(action.sa_handler == SIG_IGN);
    SUCCEED(sigaction(SIGINT, NULL, &action));
    CHECK(action.sa_handler == SIG_DFL);
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &set));
    CHECK(sigismember(&set, SIGUSR1) && sigismember(&set, SIGUSR2) && !sigismember(&set, SIGTERM));
    SUCCEED(sigpending(&set));
    CHECK(sigismember(&set, SIGUSR2));
    CHECK(getcwd(folder, sizeof folder) && strcmp(folder, "/tests/files") == 0);
    EQUAL(umask(0), 0123);
}

int main(int argc, char **argv, char **envp)
{
    if (argc == 4)
        second(argv, envp);
    else
        first(argv[0]);
}
