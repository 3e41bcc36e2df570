// A stop stops all threads, and SIGCONT lets all go on.
#include "../thread.h"

static volatile unsigned *counters;

static void *count(void *number)
{
    for (;;) {
        counters[(long)number]++;
        if ((long)number % 2)
            usleep(100);
    }
}

static int moved(const unsigned *before)
{
    int moved = 0;
    for (int i = 0; i < 4; i++)
        moved += counters[i] != before[i];
    return moved;
}

static void look(unsigned *into)
{
    for (int i = 0; i < 4; i++)
        into[i] = counters[i];
}

int main(void)
{
    counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(counters != MAP_FAILED);
    pid_t child = start_child();
    if (child == 0) {
        // In a group of its own, with a parent in another: SIGTSTP stops no orphans.
        SUCCEED(setpgid(0, 0));
        for (long i = 1; i < 4; i++)
            start_thread(count, (void *)i);
        count((void *)0l);
    }
    int status;
    unsigned before[4] = {0, 0, 0, 0};
    for (int round = 0; round < 3; round++) {
        WAIT_UNTIL(moved(before) == 4);
        SUCCEED(kill(child, round == 1 ? SIGTSTP : SIGSTOP));
        EQUAL(waitpid(child, &status, WUNTRACED), child);
        CHECK(WIFSTOPPED(status));
        usleep(20000);
        look(before);
        usleep(50000);
        EQUAL(moved(before), 0);
        SUCCEED(kill(child, SIGCONT));
        EQUAL(waitpid(child, &status, WCONTINUED), child);
        CHECK(WIFCONTINUED(status));
    }
    WAIT_UNTIL(moved(before) == 4);
    SUCCEED(kill(child, SIGSTOP));
    EQUAL(waitpid(child, &status, WUNTRACED), child);
    SUCCEED(kill(child, SIGKILL));
    status = wait_for(child);
    CHECK(WIFSIGNALED(status));
}
