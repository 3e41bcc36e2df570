// build: -lm
// Floating point exceptions that are asked for end a program by SIGFPE: of the x87, and of SSE where the machine has them.
#include "../process.h"
#include <fenv.h>
#include <signal.h>

static volatile double one = 1, zero = 0;
static volatile long double wide_zero = 0;

int main(void)
{
    EXPECT_SIGNAL({
        feenableexcept(FE_DIVBYZERO);
        wide_zero = 1 / wide_zero;
        __asm__ volatile("fwait");
    }, SIGFPE);
    EQUAL(IN_CHILD(one = one / zero), 0);
    if (IN_CHILD((feenableexcept(FE_DIVBYZERO), one = one / zero)) == 0)
        SKIP("this machine, an emulator, raises no SSE exceptions");
    EXPECT_SIGNAL((feenableexcept(FE_DIVBYZERO), one = one / zero), SIGFPE);
    EXPECT_SIGNAL((feenableexcept(FE_INVALID), one = zero / zero), SIGFPE);
}
