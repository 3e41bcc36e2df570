// build: musl
// SIGSTOP and SIGCONT: what cancels what, who hears of it, and what a stopped process still notices.
#include "../signals.h"

static int status;

static pid_t stopped_child(void (*first)(void))
{
    pid_t child = start_child();
    if (child == 0) {
        if (first)
            first();
        raise(SIGSTOP);
        _exit(caught);
    }
    EQUAL(waitpid(child, &status, WUNTRACED), child);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    return child;
}

static void catch_two(void)
{
    catch_signal(SIGCONT, 0);
    catch_signal(SIGUSR1, 0);
}

static void block_cont(void)
{
    block(SIGCONT);
}

int main(void)
{
    // Told once.
    pid_t child = stopped_child(NULL);
    EQUAL(waitpid(child, &status, WUNTRACED | WNOHANG), 0);
    EQUAL(state_of(child), 'T');
    // A second stop is no news, and a signal has to wait.
    SUCCEED(kill(child, SIGSTOP));
    EQUAL(waitpid(child, &status, WUNTRACED | WNOHANG), 0);
    SUCCEED(kill(child, SIGCONT));
    EQUAL(waitpid(child, &status, WCONTINUED), child);
    if (WIFCONTINUED(status))
        status = wait_for(child);
    EQUAL(status, 0);

    // What came in the meantime is taken when it goes on, and SIGCONT may have a handler.
    child = stopped_child(catch_two);
    SUCCEED(kill(child, SIGUSR1));
    sleep_for(30);
    EQUAL(waitpid(child, &status, WNOHANG), 0);
    SUCCEED(kill(child, SIGCONT));
    EQUAL(wait_for(child), 2 << 8);

    // It goes on even if SIGCONT is blocked.
    child = stopped_child(block_cont);
    SUCCEED(kill(child, SIGCONT));
    EQUAL(wait_for(child), 0);

    // SIGKILL needs no SIGCONT.
    child = stopped_child(NULL);
    SUCCEED(kill(child, SIGTERM));
    sleep_for(30);
    EQUAL(waitpid(child, &status, WNOHANG), 0);
    SUCCEED(kill(child, SIGKILL));
    EQUAL(wait_for(child), SIGKILL);

    // A stop that waits because it is blocked is forgotten when SIGCONT comes.
    block(SIGTSTP);
    SUCCEED(kill(getpid(), SIGTSTP));
    sigset_t waiting;
    SUCCEED(sigpending(&waiting));
    CHECK(sigismember(&waiting, SIGTSTP));
    SUCCEED(kill(getpid(), SIGCONT));
    SUCCEED(sigpending(&waiting));
    CHECK(!sigismember(&waiting, SIGTSTP));
}
