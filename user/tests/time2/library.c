// The kernel's own library in every program, by which the C library tells the time: vdso(7).
#include "../test.h"
#include <elf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timespec time)
{
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// What the C library tells lies between two answers of the kernel.
static void compare(clockid_t clock)
{
    struct timespec before, told, after;
    for (int i = 0; i < 1000; i++) {
        SUCCEED(syscall(SYS_clock_gettime, clock, &before));
        SUCCEED(clock_gettime(clock, &told));
        SUCCEED(syscall(SYS_clock_gettime, clock, &after));
        CHECK(told.tv_nsec >= 0 && told.tv_nsec < 1000000000);
        CHECK(nanoseconds(before) <= nanoseconds(told) && nanoseconds(told) <= nanoseconds(after));
    }
}

static int is_named(unsigned long address)
{
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps);
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start == address)
            found = strstr(line, " r-xp ") && strstr(line, "[vdso]\n");
    }
    fclose(maps);
    return found;
}

int main(void)
{
    unsigned long library = getauxval(AT_SYSINFO_EHDR);
    CHECK(library);
    CHECK(!memcmp((void *)library, ELFMAG, SELFMAG));
    CHECK(is_named(library));

    compare(CLOCK_REALTIME);
    compare(CLOCK_MONOTONIC);
    compare(CLOCK_MONOTONIC_RAW);
    compare(CLOCK_BOOTTIME);
    compare(CLOCK_TAI);
    compare(CLOCK_PROCESS_CPUTIME_ID);
    struct timespec none;
    EXPECT_ERRNO(clock_gettime(1000, &none), EINVAL);

    struct timespec before, after;
    struct timeval told;
    SUCCEED(syscall(SYS_clock_gettime, CLOCK_REALTIME, &before));
    SUCCEED(gettimeofday(&told, NULL));
    SUCCEED(syscall(SYS_clock_gettime, CLOCK_REALTIME, &after));
    long long micro = told.tv_sec * 1000000LL + told.tv_usec;
    CHECK(nanoseconds(before) / 1000 <= micro && micro <= nanoseconds(after) / 1000);
    // Linux's seconds are those of its last tick.
    time_t seconds = time(NULL);
    CHECK(seconds >= after.tv_sec - 1 && seconds <= after.tv_sec + 1);
    CHECK(sched_getcpu() >= 0);
}
