// build: musl
// The end of a child sends SIGCHLD with what became of it; ignoring that signal reaps children by itself.
#include "../process.h"
#include <signal.h>

static siginfo_t last;
static volatile int count;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    count++;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    SUCCEED(sigaction(SIGCHLD, &action, NULL));
    pid_t child = start_child();
    if (child == 0)
        _exit(9);
    EQUAL(wait_for(child), 9 << 8);
    EQUAL(count, 1);
    EQUAL(last.si_code, CLD_EXITED);
    EQUAL(last.si_pid, child);
    EQUAL(last.si_status, 9);
    EQUAL(IN_CHILD(raise(SIGKILL)), SIGKILL);
    EQUAL(last.si_code, CLD_KILLED);
    EQUAL(last.si_status, SIGKILL);

    signal(SIGCHLD, SIG_IGN);
    child = start_child();
    if (child == 0)
        _exit(9);
    EXPECT_ERRNO(waitpid(child, NULL, 0), ECHILD);
}
