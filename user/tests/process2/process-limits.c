// Limits that bind: how many processes a user has, how long a process runs, how much memory it maps.
#include "../process.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

static void limit(int kind, rlim_t soft, rlim_t hard)
{
    struct rlimit limit = {soft, hard};
    SUCCEED(setrlimit(kind, &limit));
}

static void few_processes(void)
{
    limit(RLIMIT_NPROC, 3, 3);
    // A user whom nobody else on this machine is, not even this test at the same time: all processes of a user count.
    SUCCEED(setuid(1000000 + time(NULL) % 1000 * 1000 + clock() % 1000));
    pid_t first = SUCCEED(fork());
    if (first == 0)
        for (;;)
            pause();
    pid_t second = SUCCEED(fork());
    if (second == 0)
        for (;;)
            pause();
    EXPECT_ERRNO(fork(), EAGAIN);
    SUCCEED(kill(first, SIGKILL));
    EQUAL(wait_for(first), SIGKILL);
    pid_t third = SUCCEED(fork());
    if (third == 0)
        _exit(0);
    wait_for(third);
    SUCCEED(kill(second, SIGKILL));
    wait_for(second);
}

// How a child says that it was warned before its time.
enum { TOO_EARLY = 9 };

static volatile int warned;

static void warn(int signal)
{
    EQUAL(signal, SIGXCPU);
    warned++;
}

static void burn(void)
{
    for (;;)
        clock();
}

static void little_time(void)
{
    limit(RLIMIT_CPU, 1, 2);
    signal(SIGXCPU, warn);
    while (!warned)
        clock();
    // Linux counts towards the limit by ticks, and those of a busy host also count where the clock did not move: main tries again then.
    if (clock() < CLOCKS_PER_SEC * 0.9)
        _exit(TOO_EARLY);
}

// Whether so many others want the processors that Linux's ticks say little about who had them.
static int is_crowded(void)
{
    double load = 0;
    EQUAL(getloadavg(&load, 1), 1);
    return load > sysconf(_SC_NPROCESSORS_ONLN) + 0.5;
}

static void no_time(void)
{
    limit(RLIMIT_CPU, 1, 1);
    signal(SIGXCPU, warn);
    burn();
}

static void xcpu(void)
{
    limit(RLIMIT_CPU, 1, RLIM_INFINITY);
    limit(RLIMIT_CORE, 0, 0);
    burn();
}

static void little_memory(void)
{
    limit(RLIMIT_AS, 64 << 20, 64 << 20);
    void *place = mmap(NULL, 32 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
    EXPECT_ERRNO(mmap(NULL, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
}

static void little_data(void)
{
    limit(RLIMIT_DATA, 16 << 20, 16 << 20);
    EXPECT_ERRNO(mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    CHECK(sbrk(32 << 20) == (void *)-1);
}

static void signals_wait(void)
{
    limit(RLIMIT_SIGPENDING, 8, 8);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
    SUCCEED(setuid(4712));
    int sent = 0;
    while (sent < 100 && sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = sent}) == 0)
        sent++;
    EQUAL(errno, EAGAIN);
    EQUAL(sent, 8);
    // kill(2) does not mind: it only has nothing to tell.
    SUCCEED(kill(getpid(), SIGRTMIN));
    SUCCEED(kill(getpid(), 0));
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    EQUAL(IN_CHILD(few_processes()), 0);
    int told = IN_CHILD(little_time());
    for (int tries = 1; WEXITSTATUS(told) == TOO_EARLY && tries < 5; tries++)
        told = IN_CHILD(little_time());
    if (WEXITSTATUS(told) != TOO_EARLY || !is_crowded())
        EQUAL(told, 0);
    EXPECT_SIGNAL(no_time(), SIGKILL);
    EQUAL(IN_CHILD(xcpu()) & 0x7f, SIGXCPU);
    EQUAL(IN_CHILD(little_memory()), 0);
    EQUAL(IN_CHILD(little_data()), 0);
    EQUAL(IN_CHILD(signals_wait()), 0);
}
