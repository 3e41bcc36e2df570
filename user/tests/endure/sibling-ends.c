// A child made with CLONE_PARENT is its maker's sibling, and its end is told by the signal that tells its maker's.
#include "../process.h"
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

static volatile sig_atomic_t wrong;

static void note(int signal) { (void)signal; wrong = 1; }

int main(void)
{
    signal(SIGUSR1, note);
    pid_t maker = start_child();
    if (maker == 0) {
        if (syscall(SYS_clone, CLONE_PARENT | SIGUSR1, 0, 0, 0, 0) < 0)
            _exit(1);
        _exit(0);
    }
    EQUAL(wait_for(maker), 0);
    int status;
    CHECK(waitpid(-1, &status, 0) > 0);
    EQUAL(status, 0);
    EQUAL(wrong, 0);
}
