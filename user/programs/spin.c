// Keeps the CPU busy: spin NAME ROUNDS [SECONDS]. Prints a line a round; a round is so much work, or so many seconds.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void work(void)
{
    for (volatile unsigned i = 0; i < 20000000; i++)
        ;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "spin";
    int rounds = argc > 2 ? atoi(argv[2]) : 5;
    double seconds = argc > 3 ? atof(argv[3]) : 0;
    for (int round = 1; round <= rounds; round++) {
        double start = now();
        do
            work();
        while (now() - start < seconds);
        printf("%s %d\n", name, round);
        fflush(stdout);
    }
}
