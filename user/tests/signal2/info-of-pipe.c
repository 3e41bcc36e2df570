// build: musl
// SIGPIPE says that the writer itself has sent it.
#include "../signals.h"

int main(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    SUCCEED(close(ends[0]));
    catch_signal(SIGPIPE, 0);
    EXPECT_ERRNO(write(ends[1], "x", 1), EPIPE);
    EQUAL(caught, 1);
    EQUAL(last.si_code, SI_USER);
    EQUAL(last.si_pid, getpid());
}
