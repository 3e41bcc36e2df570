// build: musl
// On one CPU, who runs in real time is not disturbed by others until he waits; among such, the more urgent goes first.
#include "../process.h"
#include "../real-time.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static volatile int *order, *next;

static void write_down(int who)
{
    order[(*next)++] = who;
}

static long own_time(void)
{
    struct timespec time;
    SUCCEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void be(int policy, int priority)
{
    SUCCEED(syscall(SYS_sched_setscheduler, 0, policy, &priority));
}

int main(void)
{
    need_real_time();
    // The first CPU that this process may have.
    unsigned long cpus[16] = {0};
    CHECK(syscall(SYS_sched_getaffinity, 0, sizeof cpus, cpus) > 0);
    for (int i = 0, found = 0; i < 16; i++) {
        cpus[i] = found ? 0 : cpus[i] & -cpus[i];
        found |= cpus[i] != 0;
    }
    SUCCEED(syscall(SYS_sched_setaffinity, 0, sizeof cpus, cpus));
    order = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(order != MAP_FAILED);
    next = order + 100;
    be(SCHED_FIFO, 50);
    pid_t children[3];
    const int policies[] = {SCHED_OTHER, SCHED_FIFO, SCHED_RR}, priorities[] = {0, 10, 40};
    for (int i = 0; i < 3; i++) {
        children[i] = start_child();
        if (children[i] == 0) {
            be(policies[i], priorities[i]);
            write_down(i);
            // Until the next turn of the others would be.
            for (long end = own_time() + 30000000; own_time() < end;)
                ;
            write_down(10 + i);
            _exit(0);
        }
        SUCCEED(syscall(SYS_sched_setscheduler, children[i], policies[i], &priorities[i]));
    }
    for (long end = own_time() + 50000000; own_time() < end;)
        EQUAL(*next, 0);
    SUCCEED(syscall(SYS_sched_yield));
    EQUAL(*next, 0);
    for (int i = 0; i < 3; i++)
        EQUAL(wait_for(children[i]), 0);
    EQUAL(*next, 6);
    const int expected[] = {2, 12, 1, 11, 0, 10};
    for (int i = 0; i < 6; i++)
        EQUAL(order[i], expected[i]);
}
