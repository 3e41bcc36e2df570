// prctl(2): a name, a signal at the parent's end, and other things that a process says of itself.
#include "../process.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>

static void parent_ends(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        pid_t orphan = start_child();
        if (orphan == 0) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
            SUCCEED(prctl(PR_SET_PDEATHSIG, SIGUSR1));
            int told = 0;
            SUCCEED(prctl(PR_GET_PDEATHSIG, &told));
            EQUAL(told, SIGUSR1);
            EQUAL(write(ends[1], "r", 1), 1);
            int signal;
            sigwait(&set, &signal);
            EQUAL(signal, SIGUSR1);
            EQUAL(write(ends[1], "s", 1), 1);
            _exit(0);
        }
        char ready;
        EQUAL(read(ends[0], &ready, 1), 1);
        _exit(0);
    }
    EQUAL(wait_for(child), 0);
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
    EQUAL(byte, 's');
}

static void orphans_come_here(void)
{
    int told = -1;
    SUCCEED(prctl(PR_GET_CHILD_SUBREAPER, &told));
    EQUAL(told, 0);
    SUCCEED(prctl(PR_SET_CHILD_SUBREAPER, 1));
    SUCCEED(prctl(PR_GET_CHILD_SUBREAPER, &told));
    EQUAL(told, 1);
    pid_t child = start_child();
    if (child == 0) {
        pid_t orphan = start_child();
        if (orphan == 0) {
            while (getppid() == child)
                usleep(1000);
            _exit(33);
        }
        _exit(0);
    }
    EQUAL(wait_for(child), 0);
    int status;
    CHECK(wait(&status) > 0);
    EQUAL(status, 33 << 8);
    SUCCEED(prctl(PR_SET_CHILD_SUBREAPER, 0));
}

int main(void)
{
    char name[16];
    SUCCEED(prctl(PR_GET_NAME, name));
    CHECK(strcmp(name, "names-of-self") == 0);
    SUCCEED(prctl(PR_SET_NAME, "fifteen letters and more"));
    SUCCEED(prctl(PR_GET_NAME, name));
    CHECK(strcmp(name, "fifteen letters") == 0);
    EXPECT_ERRNO(prctl(PR_SET_NAME, BAD), EFAULT);
    EXPECT_ERRNO(prctl(PR_GET_NAME, BAD), EFAULT);

    EQUAL(prctl(PR_GET_DUMPABLE), 1);
    SUCCEED(prctl(PR_SET_DUMPABLE, 0));
    EQUAL(prctl(PR_GET_DUMPABLE), 0);
    EXPECT_ERRNO(prctl(PR_SET_DUMPABLE, 2), EINVAL);
    SUCCEED(prctl(PR_SET_DUMPABLE, 1));

    EXPECT_ERRNO(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
    EXPECT_ERRNO(prctl(PR_GET_PDEATHSIG, BAD), EFAULT);
    parent_ends();
    orphans_come_here();

    EQUAL(prctl(PR_GET_TIMING), PR_TIMING_STATISTICAL);
    EXPECT_ERRNO(prctl(PR_SET_TIMING, 1), EINVAL);
    EXPECT_ERRNO(prctl(12345), EINVAL);

    EXPECT_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL);
    EXPECT_ERRNO(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL);
    EQUAL(IN_CHILD({
        EQUAL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
        SUCCEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        EQUAL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    }), 0);

    EQUAL(personality(-1), PER_LINUX);
    EQUAL(personality(ADDR_NO_RANDOMIZE), PER_LINUX);
    EQUAL(personality(-1), ADDR_NO_RANDOMIZE);
    EQUAL(personality(PER_LINUX), ADDR_NO_RANDOMIZE);
}
