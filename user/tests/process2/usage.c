// getrusage(2), times(2), wait4(2): what was used, by oneself and by children that were waited for.
#include "../process.h"
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>

static double seconds(struct timeval time)
{
    return time.tv_sec + time.tv_usec / 1e6;
}

static double run_time(void)
{
    struct timespec time;
    SUCCEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void burn(double seconds)
{
    double end = run_time() + seconds;
    while (run_time() < end)
        for (volatile int i = 0; i < 20000; i++)
            ;
}

int main(void)
{
    struct rusage before, after, children;
    struct tms ticks;
    SUCCEED(getrusage(RUSAGE_SELF, &before));
    burn(0.15);
    SUCCEED(getrusage(RUSAGE_SELF, &after));
    double used = seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) - seconds(before.ru_stime);
    CHECK(used >= 0.149 && used < 2);
    CHECK(seconds(after.ru_utime) > 0.05);
    CHECK(after.ru_maxrss >= 8);
    CHECK(after.ru_minflt > 0);
    SUCCEED(getrusage(RUSAGE_CHILDREN, &children));
    EQUAL(children.ru_utime.tv_sec + children.ru_utime.tv_usec, 0);
    SUCCEED(getrusage(RUSAGE_THREAD, &after));
    CHECK(seconds(after.ru_utime) + seconds(after.ru_stime) >= 0.149);

    long size = 8 << 20;
    char *memory = malloc(size);
    memset(memory, 1, size);
    SUCCEED(getrusage(RUSAGE_SELF, &after));
    CHECK(after.ru_maxrss >= size >> 10);

    CHECK(times(&ticks) != -1);
    CHECK(ticks.tms_utime + ticks.tms_stime >= 14);
    EQUAL(ticks.tms_cutime + ticks.tms_cstime, 0);

    pid_t child = start_child();
    if (child == 0) {
        burn(0.15);
        _exit(0);
    }
    int status;
    EQUAL(wait4(child, &status, 0, &after), child);
    CHECK(seconds(after.ru_utime) + seconds(after.ru_stime) >= 0.149);
    SUCCEED(getrusage(RUSAGE_CHILDREN, &children));
    EQUAL(children.ru_utime.tv_usec, after.ru_utime.tv_usec);
    CHECK(children.ru_maxrss >= 8);
    CHECK(times(&ticks) != -1);
    CHECK(ticks.tms_cutime + ticks.tms_cstime >= 14);

    EXPECT_ERRNO(getrusage(5, &after), EINVAL);
    EXPECT_ERRNO(getrusage(RUSAGE_SELF, BAD), EFAULT);
    EXPECT_ERRNO(times(BAD), EFAULT);
}
