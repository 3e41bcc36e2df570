// build: musl
// SIGCONT and SIGKILL are there when a stopped process goes on, beside what came before; many times, for who is first is chance.
#include "../signals.h"

static pid_t stopped_child(void)
{
    pid_t child = start_child();
    if (child == 0) {
        raise(SIGSTOP);
        _exit(caught);
    }
    int status;
    EQUAL(waitpid(child, &status, WUNTRACED), child);
    CHECK(WIFSTOPPED(status));
    return child;
}

int main(void)
{
    catch_signal(SIGCONT, 0);
    catch_signal(SIGUSR1, 0);
    for (int i = 0; i < 20; i++) {
        pid_t child = stopped_child();
        SUCCEED(kill(child, SIGUSR1));
        sleep_for(30); // who has slept for long is the next to run
        EQUAL(waitpid(child, NULL, WNOHANG), 0);
        SUCCEED(kill(child, SIGCONT));
        EQUAL(wait_for(child), 2 << 8);

        child = stopped_child();
        SUCCEED(kill(child, SIGTERM));
        sleep_for(30);
        SUCCEED(kill(child, SIGKILL));
        EQUAL(wait_for(child), SIGKILL);
    }
    return 0;
}
