// build: -lm
// Computes with floating point: pi by two series, in two precisions, and a few functions.
#include <math.h>
#include <stdio.h>

int main(void)
{
    double pi = 0;
    for (int i = 200000; i >= 0; i--)
        pi += (i % 2 ? -4.0 : 4.0) / (2 * i + 1);
    long double exact = 4 * (4 * atanl(0.2L) - atanl(1 / 239.0L));
    printf("Leibniz  %.5f\n", pi);
    printf("Machin   %.18Lf\n", exact);
    for (int i = 1; i <= 3; i++)
        printf("sqrt %d = %.15f   exp %d = %.10f   sin %d = %+.12f\n", i, sqrt(i), i, exp(i), i, sin(i));
}
