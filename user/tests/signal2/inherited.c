// build: musl
// What fork(2) and execve(2) leave of signals: the mask and what is ignored stay; handlers go; what waits stays with the process.
#include "../signals.h"
#include <sys/syscall.h>

// The program as it was run by itself.
static int after_execute(void)
{
    sigset_t mask, waiting;
    struct sigaction action;
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &mask));
    CHECK(sigismember(&mask, SIGUSR1));
    SUCCEED(sigpending(&waiting));
    CHECK(sigismember(&waiting, SIGUSR1));
    SUCCEED(sigaction(SIGUSR2, NULL, &action));
    EQUAL((long)action.sa_handler, (long)SIG_DFL);
    EQUAL(action.sa_flags & (SA_RESTART | SA_SIGINFO), 0);
    SUCCEED(sigaction(SIGHUP, NULL, &action));
    EQUAL((long)action.sa_handler, (long)SIG_IGN);
    stack_t stack;
    SUCCEED(syscall(SYS_sigaltstack, NULL, &stack));
    EQUAL(stack.ss_flags, SS_DISABLE);
    return 0;
}

// The child of fork(2).
static void in_child(char *room)
{
    sigset_t waiting, mask;
    SUCCEED(sigpending(&waiting));
    CHECK(!sigismember(&waiting, SIGUSR1));
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &mask));
    CHECK(sigismember(&mask, SIGUSR1));
    raise(SIGUSR2);
    EQUAL(caught, 1);
    stack_t stack;
    SUCCEED(syscall(SYS_sigaltstack, NULL, &stack));
    EQUAL((long)stack.ss_sp, (long)room);
}

int main(int count, char **arguments)
{
    if (count > 1)
        return after_execute();
    static char room[1 << 15];
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    SUCCEED(syscall(SYS_sigaltstack, &stack, NULL));
    catch_signal(SIGUSR2, SA_RESTART);
    signal(SIGHUP, SIG_IGN);
    block(SIGUSR1);
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(IN_CHILD(in_child(room)), 0);
    execl("/proc/self/exe", arguments[0], "again", NULL);
    FAIL("execl: %s", strerror(errno));
}
