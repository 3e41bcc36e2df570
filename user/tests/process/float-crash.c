// build: -lm
// Floating point exceptions that are asked for end a program by SIGFPE.
#include "../process.h"
#include <fenv.h>
#include <signal.h>

static volatile double one = 1, zero = 0;
static volatile long double wide_zero = 0;

int main(void)
{
    EXPECT_SIGNAL((feenableexcept(FE_DIVBYZERO), one = one / zero), SIGFPE);
    EXPECT_SIGNAL((feenableexcept(FE_INVALID), one = zero / zero), SIGFPE);
    EXPECT_SIGNAL((feenableexcept(FE_DIVBYZERO), wide_zero = 1 / wide_zero, wide_zero = wide_zero + 1), SIGFPE);
    EQUAL(IN_CHILD(one = one / zero), 0);
}
