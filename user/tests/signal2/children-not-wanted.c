// build: musl
// SA_NOCLDWAIT and ignoring SIGCHLD: children leave nothing to wait for. SA_NOCLDSTOP: nothing is told of their stops.
#include "../signals.h"

static void end_some(void)
{
    for (int i = 0; i < 3; i++)
        if (start_child() == 0)
            _exit(i);
    EXPECT_ERRNO(wait(NULL), ECHILD);
}

int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    end_some();
    catch_signal(SIGCHLD, SA_NOCLDWAIT | SA_RESTART);
    end_some();
    // The signal came nevertheless; not each may have been seen.
    CHECK(caught >= 1);

    for (int flags = 0; flags <= SA_NOCLDSTOP; flags += SA_NOCLDSTOP) {
        catch_signal(SIGCHLD, flags | SA_RESTART);
        caught = 0;
        pid_t child = start_child();
        if (child == 0) {
            raise(SIGSTOP);
            _exit(0);
        }
        int status;
        EQUAL(waitpid(child, &status, WUNTRACED), child);
        CHECK(WIFSTOPPED(status));
        EQUAL(caught, flags == 0);
        SUCCEED(kill(child, SIGCONT));
        wait_for(child);
        CHECK(caught >= 1);
    }
}
