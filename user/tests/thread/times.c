// Each thread's time is counted apart, and the process's is the sum, with that of threads that have ended.
#include "../thread.h"
#include <sys/resource.h>

static long long clock_of(clockid_t clock)
{
    struct timespec time;
    SUCCEED(clock_gettime(clock, &time));
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static long long usage_of(int who)
{
    struct rusage usage;
    SUCCEED(getrusage(who, &usage));
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void *compute(void *unused)
{
    CHECK(clock_of(CLOCK_THREAD_CPUTIME_ID) < 50000000);
    while (clock_of(CLOCK_THREAD_CPUTIME_ID) < 100000000) {
    }
    CHECK(usage_of(RUSAGE_THREAD) >= 60000);
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    long long own = clock_of(CLOCK_THREAD_CPUTIME_ID), all = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < 2; i++)
        threads[i] = start_thread(compute, NULL);
    clockid_t of_other;
    WORK(pthread_getcpuclockid(threads[0], &of_other));
    WAIT_UNTIL(clock_of(of_other) > 10000000);
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    CHECK(clock_of(CLOCK_THREAD_CPUTIME_ID) - own < 150000000);
    CHECK(clock_of(CLOCK_PROCESS_CPUTIME_ID) - all >= 200000000);
    CHECK(usage_of(RUSAGE_SELF) >= 150000);
    CHECK(usage_of(RUSAGE_THREAD) < 190000);
}
