// When a thread runs another program, all others end, and it has the process's number from then on.
#include "../thread.h"
#include <sys/wait.h>

static atomic_int ready;
static char number[16];

static void *wait_forever(void *unused)
{
    ready++;
    pause();
    return unused;
}

static void *compute_forever(void *unused)
{
    ready++;
    for (volatile long i = 0;; i++) {
    }
    return unused;
}

static void *execute(void *name)
{
    WAIT_UNTIL(ready == 2);
    CHECK(thread_id() != getpid());
    execl(name, name, number, NULL);
    FAIL("execl: %s", strerror(errno));
}

static int check_after(const char *before)
{
    EQUAL(getpid(), atoi(before));
    EQUAL(thread_id(), getpid());
    SUCCEED(access("/proc/self/task", F_OK));
    sigset_t set;
    SUCCEED(sigprocmask(SIG_SETMASK, NULL, &set));
    return 33;
}

int main(int count, char **arguments)
{
    if (count > 1)
        return check_after(arguments[1]);
    for (int leader_first = 0; leader_first < 2; leader_first++) {
        pid_t child = start_child();
        if (child == 0) {
            snprintf(number, sizeof number, "%d", getpid());
            start_thread(wait_forever, NULL);
            start_thread(compute_forever, NULL);
            start_thread(execute, arguments[0]);
            if (leader_first)
                syscall(SYS_exit, 0);
            pause();
        }
        int status = wait_for(child);
        CHECK(WIFEXITED(status));
        EQUAL(WEXITSTATUS(status), 33);
    }
}
