// build: musl
// wait4(2): which child, WNOHANG, how it ended, and what is no child.
#include "../process.h"
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

int main(void)
{
    int status;
    volatile int *go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_ERRNO(waitpid(-1, &status, 0), ECHILD);
    EXPECT_ERRNO(waitpid(getpid(), &status, 0), ECHILD);
    EXPECT_ERRNO(waitpid(-1, &status, 0x1000), EINVAL);

    pid_t slow = start_child();
    if (slow == 0) {
        while (!*go)
            sched_yield();
        _exit(7);
    }
    pid_t quick = start_child();
    if (quick == 0)
        _exit(8);
    EQUAL(waitpid(slow, &status, WNOHANG), 0);
    EQUAL(waitpid(-1, &status, 0), quick);
    EQUAL(status, 8 << 8);
    EQUAL(waitpid(-1, &status, WNOHANG), 0);
    EXPECT_ERRNO(waitpid(quick, &status, 0), ECHILD);
    *go = 1;
    EXPECT_ERRNO(waitpid(slow, BAD, 0), EFAULT); // it is reaped all the same
    EXPECT_ERRNO(waitpid(slow, &status, 0), ECHILD);

    EQUAL(IN_CHILD(kill(getpid(), SIGKILL)), SIGKILL);
    EQUAL(IN_CHILD(kill(getpid(), SIGTERM)), SIGTERM);
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    SUCCEED(kill(child, SIGUSR1));
    EQUAL(wait_for(child), SIGUSR1);
}
