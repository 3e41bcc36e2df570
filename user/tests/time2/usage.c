// build: musl
// getrusage(2) and times(2): work of the program, of the kernel, and of children that were waited for; switches of one who waits.
#include "../signals.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>

static long micro(struct timeval time)
{
    return time.tv_sec * 1000000 + time.tv_usec;
}

static struct rusage used(int who)
{
    struct rusage usage;
    SUCCEED(getrusage(who, &usage));
    return usage;
}

// Computes until so many microseconds of its own time are over.
static void work(long time)
{
    while (micro(used(RUSAGE_SELF).ru_utime) + micro(used(RUSAGE_SELF).ru_stime) < time)
        for (volatile int i = 0; i < 100000; i++)
            ;
}

int main(void)
{
    work(100000);
    struct rusage own = used(RUSAGE_SELF), thread = used(RUSAGE_THREAD), children = used(RUSAGE_CHILDREN);
    CHECK(micro(own.ru_utime) > 20000);
    CHECK(micro(thread.ru_utime) + micro(thread.ru_stime) >= 100000);
    CHECK(own.ru_maxrss > 0);
    EQUAL(micro(children.ru_utime) + micro(children.ru_stime), 0);
    struct tms ticks;
    SUCCEED(times(&ticks));
    CHECK(ticks.tms_utime + ticks.tms_stime >= 8);
    EQUAL(ticks.tms_cutime + ticks.tms_cstime, 0);
    SUCCEED(times(NULL));

    long before = used(RUSAGE_SELF).ru_nvcsw;
    for (int i = 0; i < 5; i++)
        sleep_for(20);
    CHECK(used(RUSAGE_SELF).ru_nvcsw > before);
    EQUAL(used(RUSAGE_SELF).ru_nsignals, 0);

    pid_t child = start_child();
    if (child == 0) {
        EQUAL(micro(used(RUSAGE_SELF).ru_utime) / 50000, 0);
        work(100000);
        _exit(0);
    }
    // Not before it was waited for.
    wait_for_state(child, 'Z');
    EQUAL(micro(used(RUSAGE_CHILDREN).ru_utime), 0);
    struct rusage its;
    EQUAL(wait4(child, NULL, 0, &its), child);
    CHECK(micro(its.ru_utime) + micro(its.ru_stime) >= 100000);
    children = used(RUSAGE_CHILDREN);
    CHECK(micro(children.ru_utime) + micro(children.ru_stime) >= 100000);
    SUCCEED(times(&ticks));
    CHECK(ticks.tms_cutime + ticks.tms_cstime >= 8);

    EXPECT_ERRNO(syscall(SYS_getrusage, 5, &own), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getrusage, RUSAGE_SELF, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_times, BAD), EFAULT);
}
