// build: musl
// rt_sigaction(2): what was set is given back; SIGKILL and SIGSTOP have no handlers.
#include "../test.h"
#include <signal.h>

static void handler(int signal) { (void)signal; }

int main(void)
{
    struct sigaction new = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER}, old;
    sigaddset(&new.sa_mask, SIGUSR2);
    SUCCEED(sigaction(SIGUSR1, NULL, &old));
    CHECK(old.sa_handler == SIG_DFL && old.sa_flags == 0);
    SUCCEED(sigaction(SIGUSR1, &new, NULL));
    new.sa_handler = SIG_IGN;
    SUCCEED(sigaction(SIGUSR1, &new, &old));
    CHECK(old.sa_handler == handler);
    EQUAL(old.sa_flags & ~0x04000000, SA_RESTART | SA_NODEFER);
    CHECK(sigismember(&old.sa_mask, SIGUSR2) && !sigismember(&old.sa_mask, SIGUSR1));
    SUCCEED(sigaction(SIGUSR1, NULL, &old));
    CHECK(old.sa_handler == SIG_IGN);

    EXPECT_ERRNO(sigaction(SIGKILL, &new, NULL), EINVAL);
    EXPECT_ERRNO(sigaction(SIGSTOP, &new, NULL), EINVAL);
    SUCCEED(sigaction(SIGKILL, NULL, &old));
    EXPECT_ERRNO(sigaction(65, &new, NULL), EINVAL);
    EXPECT_ERRNO(sigaction(0, &new, NULL), EINVAL);
    SUCCEED(sigaction(64, &new, NULL));
}
