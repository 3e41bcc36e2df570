// build: -lm
// Floating point by SSE and by the x87, rounding modes and exception flags.
#include "../test.h"
#include <fenv.h>
#include <math.h>

int main(void)
{
    double sum = 0;
    for (int i = 1; i <= 1000000; i++)
        sum += 1.0 / i;
    CHECK(fabs(sum - 14.392726722865) < 1e-9);
    CHECK(fabsl(sinl(0.5L) * sinl(0.5L) + cosl(0.5L) * cosl(0.5L) - 1) < 1e-18L);

    volatile double one = 1, three = 3, zero = 0;
    double down, up;
    fesetround(FE_DOWNWARD);
    down = one / three;
    fesetround(FE_UPWARD);
    up = one / three;
    fesetround(FE_TONEAREST);
    CHECK(down < up);
    CHECK(nextafter(down, 1) == up);

    feclearexcept(FE_ALL_EXCEPT);
    CHECK(isinf(one / zero));
    CHECK(fetestexcept(FE_DIVBYZERO));
    CHECK(isnan(zero / zero));
    CHECK(fetestexcept(FE_INVALID));
}
