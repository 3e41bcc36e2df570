// getrusage(2) and times(2): what a process uses grows in the right place, and its children's is added when they were waited for.
#include "../process.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>

static long long micros(struct timeval time)
{
    return time.tv_sec * 1000000ll + time.tv_usec;
}

static struct rusage usage(int who)
{
    struct rusage told;
    SUCCEED(getrusage(who, &told));
    return told;
}

static void compute(long long microseconds)
{
    long long start = micros(usage(RUSAGE_SELF).ru_utime) + micros(usage(RUSAGE_SELF).ru_stime);
    while (micros(usage(RUSAGE_SELF).ru_utime) + micros(usage(RUSAGE_SELF).ru_stime) - start < microseconds) {
        for (volatile int i = 0; i < 10000; i++) {
        }
    }
}

int main(void)
{
    struct rusage before = usage(RUSAGE_SELF), children = usage(RUSAGE_CHILDREN);
    EQUAL(micros(children.ru_utime) + micros(children.ru_stime), 0);
    EQUAL(children.ru_maxrss, 0);
    CHECK(before.ru_maxrss > 0);
    char *pages = malloc(4 << 20);
    memset(pages, 1, 4 << 20);
    __asm__ volatile("" : : "r"(pages) : "memory");
    struct rusage after = usage(RUSAGE_SELF);
    CHECK(after.ru_minflt > before.ru_minflt);
    CHECK(after.ru_maxrss >= 4096);

    // A sleep is a voluntary switch, and takes no time.
    before = usage(RUSAGE_SELF);
    for (int i = 0; i < 5; i++)
        usleep(10000);
    after = usage(RUSAGE_SELF);
    CHECK(after.ru_nvcsw >= before.ru_nvcsw + 5);

    struct tms start, end;
    clock_t ticks = times(&start);
    CHECK(ticks != (clock_t)-1);
    pid_t child = start_child();
    if (child == 0) {
        EQUAL(micros(usage(RUSAGE_CHILDREN).ru_utime), 0);
        pid_t grandchild = start_child();
        if (grandchild == 0) {
            compute(60000);
            _exit(0);
        }
        wait_for(grandchild);
        CHECK(micros(usage(RUSAGE_CHILDREN).ru_utime) + micros(usage(RUSAGE_CHILDREN).ru_stime) >= 60000);
        compute(60000);
        char *more = malloc(20 << 20);
        memset(more, 1, 20 << 20);
        __asm__ volatile("" : : "r"(more) : "memory");
        _exit(0);
    }
    siginfo_t info;
    SUCCEED(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
    children = usage(RUSAGE_CHILDREN);
    EQUAL(micros(children.ru_utime) + micros(children.ru_stime), 0); // not waited for yet
    struct rusage of_child;
    int status;
    EQUAL(wait4(child, &status, 0, &of_child), child);
    EQUAL(status, 0);
    children = usage(RUSAGE_CHILDREN);
    CHECK(micros(children.ru_utime) + micros(children.ru_stime) >= 120000);
    CHECK(micros(of_child.ru_utime) + micros(of_child.ru_stime) >= 120000);
    CHECK(children.ru_maxrss >= 20480);
    CHECK(times(&end) >= ticks);
    CHECK(end.tms_cutime + end.tms_cstime - start.tms_cutime - start.tms_cstime >= 8);

    EXPECT_ERRNO(getrusage(5, &after), EINVAL);
    EXPECT_ERRNO(getrusage(RUSAGE_SELF, BAD), EFAULT);

    // A child that nobody wants to wait for is not counted.
    signal(SIGCHLD, SIG_IGN);
    before = usage(RUSAGE_CHILDREN);
    child = start_child();
    if (child == 0) {
        compute(30000);
        _exit(0);
    }
    EQUAL(waitpid(child, &status, 0), -1);
    EQUAL(errno, ECHILD);
    after = usage(RUSAGE_CHILDREN);
    EQUAL(micros(after.ru_utime), micros(before.ru_utime));
}
