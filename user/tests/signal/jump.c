// build: musl
// siglongjmp(3) out of a handler, a thousand times: the mask comes back and nothing is used up.
#include "../test.h"
#include <setjmp.h>
#include <signal.h>

static sigjmp_buf back;
static void handler(int signal) { siglongjmp(back, signal); }

int main(void)
{
    signal(SIGUSR1, handler);
    for (volatile int i = 0; i < 1000; i++)
        if (sigsetjmp(back, 1) == 0) {
            kill(getpid(), SIGUSR1);
            FAIL("round %d: the handler returned", i);
        }
    sigset_t now;
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(!sigismember(&now, SIGUSR1));
}
