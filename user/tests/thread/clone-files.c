// A child made with CLONE_FILES has the same descriptors, until it runs another program; what it leaves open at its end stays open.
#include "../thread.h"
#include <fcntl.h>

static char stack[65536] __attribute__((aligned(16)));

static int open_and_close(void *number)
{
    SUCCEED(dup2(1, 50));
    SUCCEED(close(*(int *)number));
    return 0;
}

static int execute(void *name)
{
    execl(name, name, "quiet", NULL);
    return 1;
}

int main(int count, char **arguments)
{
    if (count > 1)
        return fcntl(60, F_GETFD) != -1;
    for (int shared = 0; shared < 2; shared++) {
        int file = SUCCEED(dup(1));
        close(50);
        EQUAL(wait_for(SUCCEED(clone(open_and_close, stack + sizeof stack, SIGCHLD | (shared ? CLONE_FILES : 0), &file))), 0);
        EQUAL(fcntl(50, F_GETFD), shared ? 0 : -1);
        EQUAL(fcntl(file, F_GETFD), shared ? -1 : 0);
    }
    SUCCEED(fcntl(1, F_DUPFD_CLOEXEC, 60));
    EQUAL(wait_for(SUCCEED(clone(execute, stack + sizeof stack, SIGCHLD | CLONE_FILES, arguments[0]))), 0);
    EQUAL(fcntl(60, F_GETFD), FD_CLOEXEC);
}
