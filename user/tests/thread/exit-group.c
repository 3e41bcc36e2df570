// exit(3) in any thread ends all, wherever they are; so does a signal that kills.
#include "../thread.h"

static atomic_int ready;

static void *wait_forever(void *unused)
{
    ready++;
    pause();
    return unused;
}

static void *compute_forever(void *unused)
{
    ready++;
    for (volatile long i = 0;; i++) {
    }
    return unused;
}

static void *end_all(void *how)
{
    WAIT_UNTIL(ready == 4);
    if (how)
        kill(getpid(), SIGTERM);
    else
        exit(9);
    pause();
    return NULL;
}

static void crowd(void *how)
{
    for (int i = 0; i < 2; i++) {
        start_thread(wait_forever, NULL);
        start_thread(compute_forever, NULL);
    }
    start_thread(end_all, how);
    pause();
}

int main(void)
{
    int status = IN_CHILD(crowd(NULL));
    CHECK(WIFEXITED(status));
    EQUAL(WEXITSTATUS(status), 9);
    EXPECT_SIGNAL(crowd((void *)1), SIGTERM);
}
