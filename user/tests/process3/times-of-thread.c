// build: -pthread
// What a thread has used is its process's too, after its end as before: getrusage(2).
#include "../thread.h"
#include <sys/resource.h>

static long long own(int who)
{
    struct rusage told;
    SUCCEED(getrusage(who, &told));
    return (told.ru_utime.tv_sec + told.ru_stime.tv_sec) * 1000000ll + told.ru_utime.tv_usec + told.ru_stime.tv_usec;
}

static void *compute(void *unused)
{
    CHECK(own(RUSAGE_THREAD) < 40000);
    while (own(RUSAGE_THREAD) < 80000) {
    }
    return unused;
}

int main(void)
{
    int status = IN_CHILD({
        finish(start_thread(compute, NULL));
        CHECK(own(RUSAGE_SELF) >= 80000);
        CHECK(own(RUSAGE_THREAD) < 60000);
    });
    EQUAL(status, 0);
    CHECK(own(RUSAGE_CHILDREN) >= 80000);
}
