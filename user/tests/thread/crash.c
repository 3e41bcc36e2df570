// A fault is the thread's that made it: its handler runs there; without one the whole process is killed.
#include "../thread.h"
#include <setjmp.h>

static __thread sigjmp_buf back;
static __thread int faults;
static atomic_int ready;

static void handle(int signal)
{
    (void)signal;
    faults++;
    siglongjmp(back, 1);
}

static void *body(void *unused)
{
    for (int i = 0; i < 100; i++) {
        if (sigsetjmp(back, 1) == 0)
            *(volatile int *)BAD = 1;
        sched_yield();
    }
    EQUAL(faults, 100);
    return unused;
}

static void *wait_forever(void *unused)
{
    ready++;
    pause();
    return unused;
}

static void *crash(void *unused)
{
    WAIT_UNTIL(ready == 1);
    *(volatile int *)BAD = 1;
    return unused;
}

static void crash_in_thread(void)
{
    signal(SIGSEGV, SIG_DFL);
    start_thread(wait_forever, NULL);
    start_thread(crash, NULL);
    pause();
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    SUCCEED(sigaction(SIGSEGV, &action, NULL));
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(body, NULL);
    for (int i = 0; i < 4; i++)
        finish(threads[i]);
    EXPECT_SIGNAL(crash_in_thread(), SIGSEGV);
}
