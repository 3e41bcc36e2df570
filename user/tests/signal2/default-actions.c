// build: musl
// What each signal does by itself: end, stop, or nothing.
#include "../signals.h"
#include <sys/resource.h>

static void expect_stop(int signal)
{
    pid_t child = start_child();
    if (child == 0) {
        // In a group of its own, with a parent outside who could let it go on: else only SIGSTOP would stop it.
        SUCCEED(setpgid(0, 0));
        raise(signal);
        _exit(5);
    }
    int status;
    EQUAL(waitpid(child, &status, WUNTRACED), child);
    CHECK(WIFSTOPPED(status));
    EQUAL(WSTOPSIG(status), signal);
    SUCCEED(kill(child, SIGCONT));
    EQUAL(wait_for(child), 5 << 8);
}

int main(void)
{
    const int nothing[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
    const int stop[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    struct rlimit no_core = {0, 0};
    SUCCEED(setrlimit(RLIMIT_CORE, &no_core));
    // Whoever has started this may have ignored some.
    for (int number = 1; number <= 64; number++)
        signal(number, SIG_DFL);
    sigset_t others;
    sigfillset(&others);
    for (int i = 0; i < 4; i++) {
        EQUAL(IN_CHILD(raise(nothing[i])), 0);
        sigdelset(&others, nothing[i]);
    }
    for (int i = 0; i < 4; i++) {
        expect_stop(stop[i]);
        sigdelset(&others, stop[i]);
    }
    for (int signal = 1; signal <= 64; signal++)
        if (signal < 32 || signal >= SIGRTMIN)
            if (sigismember(&others, signal)) {
                int status = IN_CHILD(kill(getpid(), signal));
                if (!WIFSIGNALED(status) || WTERMSIG(status) != signal || WCOREDUMP(status))
                    FAIL("signal %d: status %#x", signal, status);
            }
}
