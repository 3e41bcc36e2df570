// What /proc counts grows by what was done: times, page faults, interrupts, free memory, the kernel's objects.
#include "../process.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <time.h>

static char text[1 << 20];

static int read_file(const char *path)
{
    int file = open(path, O_RDONLY), length = 0, count;
    if (file < 0)
        return 0;
    while ((count = SUCCEED(read(file, text + length, sizeof text - 1 - length))) > 0)
        length += count;
    text[length] = 0;
    close(file);
    return length;
}

// The number behind a name at the start of a line.
static long long number(const char *path, const char *name)
{
    CHECK(read_file(path));
    for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, name, strlen(name)) && strchr(" :", line[strlen(name)]))
            return strtoll(line + strlen(name) + 1, NULL, 10);
    FAIL("no %s in %s", name, path);
}

static long near(long long a, long long b, long long by)
{
    return a - b <= by && b - a <= by;
}

static double now(clockid_t clock)
{
    struct timespec time;
    SUCCEED(clock_gettime(clock, &time));
    return time.tv_sec + time.tv_nsec / 1e9;
}

// User and system time in /proc/self/stat, and the nanoseconds in schedstat.
static void own_times(long *user, long *system, long long *all)
{
    CHECK(read_file("/proc/self/stat"));
    EQUAL(sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %ld %ld", user, system), 2);
    CHECK(read_file("/proc/self/schedstat"));
    EQUAL(sscanf(text, "%lld", all), 1);
}

// Ticks in which the processors were not idle. A virtual machine's host may have had some of them (steal), which count
// for the process that wanted to run nevertheless.
static long machine_times(void)
{
    long user, nice, system, hard, soft, steal;
    CHECK(read_file("/proc/stat"));
    EQUAL(sscanf(text, "cpu %ld %ld %ld %*d %*d %ld %ld %ld", &user, &nice, &system, &hard, &soft, &steal), 6);
    return user + nice + system + hard + soft + steal;
}

// Half a second of computing is told as such, by the process and by the machine.
static void burning(void)
{
    long user[2], system[2], machine[2];
    long long all[2];
    own_times(&user[0], &system[0], &all[0]);
    machine[0] = machine_times();
    double start = now(CLOCK_PROCESS_CPUTIME_ID), end;
    while ((end = now(CLOCK_PROCESS_CPUTIME_ID)) < start + 0.2)
        ;
    while ((end = now(CLOCK_PROCESS_CPUTIME_ID)) < start + 0.5)
        for (volatile int i = 0; i < 100000; i++)
            ;
    machine[1] = machine_times();
    own_times(&user[1], &system[1], &all[1]);
    long ticks = (end - start) * sysconf(_SC_CLK_TCK);
    CHECK(near(user[1] - user[0] + system[1] - system[0], ticks, 5));
    CHECK(user[1] - user[0] >= ticks / 3);
    CHECK(near((all[1] - all[0]) / 1000000, (end - start) * 1000, 50));
    CHECK(machine[1] - machine[0] >= ticks - 5);
}

// Who sleeps has used nothing; the clock has interrupted for each sleep.
static void sleeping(void)
{
    enum { SLEEPS = 40 };
    long user[2], system[2];
    long long all, switched = number("/proc/stat", "ctxt"), interrupts = number("/proc/stat", "intr");
    own_times(&user[0], &system[0], &all);
    for (int i = 0; i < SLEEPS; i++)
        usleep(5000);
    own_times(&user[1], &system[1], &all);
    CHECK(user[1] + system[1] - user[0] - system[0] <= 10);
    CHECK(number("/proc/stat", "ctxt") - switched >= SLEEPS);
    CHECK(number("/proc/stat", "intr") - interrupts >= SLEEPS);
}

// Each page that is touched first is a fault, also of a child that has ended and that nobody waits for.
static void faults(void)
{
    enum { PAGES = 512, PAGE = 4096 };
    long long before = number("/proc/vmstat", "pgfault");
    char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    madvise(pages, PAGES * PAGE, MADV_NOHUGEPAGE);
    for (int i = 0; i < PAGES; i++)
        pages[i * PAGE] = 1;
    long long after = number("/proc/vmstat", "pgfault");
    CHECK(after - before >= PAGES);
    signal(SIGCHLD, SIG_IGN);
    pid_t child = SUCCEED(fork());
    if (child == 0) {
        for (int i = 0; i < PAGES; i++)
            pages[i * PAGE] = 2;
        _exit(0);
    }
    while (kill(child, 0) == 0)
        usleep(1000);
    signal(SIGCHLD, SIG_DFL);
    CHECK(number("/proc/vmstat", "pgfault") - after >= PAGES);
    SUCCEED(munmap(pages, PAGES * PAGE));
}

// Free blocks, by size, in zones. How far their sum, nr_free_pages and MemFree agree is each Linux's own affair: pages
// that processors keep at hand, that are set apart or not accepted yet count in one and not in another. That Cor's agree
// is told in features/tools.feature.
static void free_blocks(void)
{
    long long all = number("/proc/meminfo", "MemTotal") / 4, sum = 0;
    CHECK(number("/proc/vmstat", "nr_free_pages") <= all);
    CHECK(number("/proc/meminfo", "MemFree") / 4 <= all);
    if (!read_file("/proc/buddyinfo"))
        return;
    for (char *line = text; *line; line = strchr(line, '\n') + 1) {
        int at = 0, more, orders = 0;
        long long blocks, size = 1;
        sscanf(line, "Node %*d, zone %*s%n", &at);
        CHECK(at > 0);
        for (; sscanf(line + at, "%*[ ]%lld%n", &blocks, &more) == 1; at += more, size *= 2, orders++)
            sum += blocks * size;
        CHECK(orders >= 10);
    }
    CHECK(sum > 0 && sum <= all);
}

// Whether what a program touches of its own memory and of a file's is told, and once though a child sees it too.
static int is_told(void)
{
    enum { SIZE = 16 << 20, PAGE = 4096, NEAR = 3 << 10 };
    int file = SUCCEED(open("/tmp/figures", O_CREAT | O_RDWR, 0600));
    SUCCEED(ftruncate(file, SIZE));
    long long own = number("/proc/meminfo", "AnonPages"), mapped = number("/proc/meminfo", "Mapped");
    char *mine = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *view = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(mine != MAP_FAILED && view != MAP_FAILED);
    for (int at = 0; at < SIZE; at += PAGE)
        mine[at] = view[at] = 1;
    int told = near(number("/proc/meminfo", "AnonPages") - own, SIZE / 1024, NEAR) &&
               near(number("/proc/meminfo", "Mapped") - mapped, SIZE / 1024, NEAR) &&
               IN_CHILD(_exit(!near(number("/proc/meminfo", "AnonPages") - own, SIZE / 1024, NEAR))) == 0;
    SUCCEED(munmap(mine, SIZE));
    SUCCEED(munmap(view, SIZE));
    close(file);
    SUCCEED(unlink("/tmp/figures"));
    return told;
}

// Others may begin or end meanwhile, and so it is tried again, also for long: a busy host has quiet moments.
static void memory(void)
{
    double end = now(CLOCK_MONOTONIC) + 60;
    do
        if (is_told())
            return;
    while (now(CLOCK_MONOTONIC) < end);
    FAIL("AnonPages and Mapped do not grow by what is touched");
}

static long long objects(void)
{
    long long active, all = 0;
    for (char *line = text; *line; line = strchr(line, '\n') + 1)
        if (sscanf(line, "%*s %lld %*d", &active) == 1)
            all += active;
    return all;
}

// How many objects more the kernel has while there are so many files more.
static long long objects_of_files(int count)
{
    char name[64];
    CHECK(read_file("/proc/slabinfo"));
    long long before = objects();
    SUCCEED(mkdir("/tmp/figures", 0700));
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "/tmp/figures/%d", i);
        close(SUCCEED(open(name, O_CREAT | O_WRONLY, 0600)));
    }
    CHECK(read_file("/proc/slabinfo"));
    long long after = objects();
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "/tmp/figures/%d", i);
        SUCCEED(unlink(name));
    }
    SUCCEED(rmdir("/tmp/figures"));
    return after - before;
}

// Files are objects of the kernel's. On a machine that others use, they may give theirs back meanwhile: then it is tried again.
static void kernel_objects(void)
{
    enum { COUNT = 5000 };
    if (!read_file("/proc/slabinfo"))
        return;
    int tries = 50;
    while (objects_of_files(COUNT) < COUNT)
        CHECK(--tries > 0);
}

int main(void)
{
    burning();
    sleeping();
    faults();
    free_blocks();
    memory();
    kernel_objects();
}
