// A robust mutex whose holder ends without letting it go: the next one is told, and can make it good; also between processes.
#include "../thread.h"

static pthread_mutex_t *mutex;

static void *die_with_it(void *unused)
{
    WORK(pthread_mutex_lock(mutex));
    return unused;
}

static void *wait_for_it(void *unused)
{
    EQUAL(pthread_mutex_lock(mutex), EOWNERDEAD);
    WORK(pthread_mutex_consistent(mutex));
    WORK(pthread_mutex_unlock(mutex));
    return unused;
}

static void prepare(int protocol)
{
    pthread_mutexattr_t kind;
    WORK(pthread_mutexattr_init(&kind));
    WORK(pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST));
    WORK(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED));
    WORK(pthread_mutexattr_setprotocol(&kind, protocol));
    WORK(pthread_mutex_init(mutex, &kind));
}

int main(void)
{
    mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(mutex != MAP_FAILED);
    int protocols[] = {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT};
    for (int i = 0; i < 2; i++) {
        prepare(protocols[i]);
        finish(start_thread(die_with_it, NULL));
        finish(start_thread(wait_for_it, NULL));
        WORK(pthread_mutex_lock(mutex));
        WORK(pthread_mutex_unlock(mutex));

        int ends[2];
        SUCCEED(pipe(ends));
        pid_t child = start_child();
        if (child == 0) {
            WORK(pthread_mutex_lock(mutex));
            EQUAL(write(ends[1], "x", 1), 1);
            usleep(30000);
            kill(getpid(), SIGKILL);
        }
        char byte;
        EQUAL(read(ends[0], &byte, 1), 1);
        EQUAL(pthread_mutex_lock(mutex), EOWNERDEAD);
        WORK(pthread_mutex_unlock(mutex));
        EQUAL(pthread_mutex_lock(mutex), ENOTRECOVERABLE);
        CHECK(WIFSIGNALED(wait_for(child)));
    }
}
