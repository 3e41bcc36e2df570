// build: -pthread
// RLIMIT_NPROC counts threads, of all processes of the user.
#include "../process.h"
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

static void *sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void few(void)
{
    struct rlimit limit = {4, 4};
    pthread_t thread, none;
    SUCCEED(setrlimit(RLIMIT_NPROC, &limit));
    // A user whom nobody else on this machine is.
    SUCCEED(setuid(1000000 + time(NULL) % 1000 * 1000 + clock() % 1000));
    EQUAL(pthread_create(&thread, NULL, sleep_for_ever, NULL), 0);
    EQUAL(pthread_create(&thread, NULL, sleep_for_ever, NULL), 0);
    EQUAL(pthread_create(&thread, NULL, sleep_for_ever, NULL), 0);
    EQUAL(pthread_create(&none, NULL, sleep_for_ever, NULL), EAGAIN);
    EXPECT_ERRNO(fork(), EAGAIN);
    EQUAL(pthread_cancel(thread), 0);
    EQUAL(pthread_join(thread, NULL), 0);
    pid_t child;
    while ((child = fork()) < 0 && errno == EAGAIN) // until the thread is gone altogether
        usleep(1000);
    if (child == 0)
        _exit(0);
    EQUAL(pthread_create(&none, NULL, sleep_for_ever, NULL), EAGAIN);
    EQUAL(wait_for(child), 0);
}

int main(void)
{
    EQUAL(IN_CHILD(few()), 0);
    return 0;
}
