// build: musl
// PR_SET_PDEATHSIG: a signal when the parent ends; forgotten by a child, and when a process becomes somebody else.
#include "../signals.h"
#include <sys/prctl.h>

int main(void)
{
    int ends[2], signal_;
    SUCCEED(pipe(ends));
    SUCCEED(prctl(PR_SET_CHILD_SUBREAPER, 1));
    pid_t parent = start_child();
    if (parent == 0) {
        pid_t child = start_child();
        if (child == 0) {
            SUCCEED(prctl(PR_SET_PDEATHSIG, SIGUSR1));
            catch_signal(SIGUSR1, 0);
            SUCCEED(write(ends[1], "r", 1));
            while (!caught)
                sleep_for(5);
            EQUAL(last.si_code, SI_USER);
            _exit(9);
        }
        char byte;
        EQUAL(read(ends[0], &byte, 1), 1);
        _exit(1);
    }
    EQUAL(wait_for(parent), 1 << 8);
    int status;
    CHECK(wait(&status) > 0);
    EQUAL(status, 9 << 8);

    SUCCEED(prctl(PR_SET_PDEATHSIG, SIGUSR2));
    SUCCEED(prctl(PR_GET_PDEATHSIG, &signal_));
    EQUAL(signal_, SIGUSR2);
    EQUAL(IN_CHILD({ SUCCEED(prctl(PR_GET_PDEATHSIG, &signal_)); EQUAL(signal_, 0); }), 0);
    SUCCEED(seteuid(4711));
    SUCCEED(prctl(PR_GET_PDEATHSIG, &signal_));
    EQUAL(signal_, 0);
    EQUAL(prctl(PR_GET_DUMPABLE), 0);
}
