// Semaphores in shared memory, with names and without, between threads and processes.
#include "../thread.h"
#include <fcntl.h>
#include <semaphore.h>

static sem_t *full, *empty;
static volatile int *box;

static void *produce(void *unused)
{
    for (int i = 1; i <= 500; i++) {
        SUCCEED(sem_wait(empty));
        *box = i;
        SUCCEED(sem_post(full));
    }
    return unused;
}

int main(void)
{
    char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    full = (sem_t *)shared;
    empty = (sem_t *)(shared + 256);
    box = (int *)(shared + 512);
    SUCCEED(sem_init(full, 1, 0));
    SUCCEED(sem_init(empty, 1, 1));
    pid_t child = start_child();
    if (child == 0)
        _exit(produce(NULL) != NULL);
    for (int i = 1; i <= 500; i++) {
        SUCCEED(sem_wait(full));
        EQUAL(*box, i);
        SUCCEED(sem_post(empty));
    }
    EQUAL(wait_for(child), 0);
    pthread_t thread = start_thread(produce, NULL);
    for (int i = 1; i <= 500; i++) {
        SUCCEED(sem_wait(full));
        EQUAL(*box, i);
        SUCCEED(sem_post(empty));
    }
    finish(thread);
    struct timespec past = {0, 0};
    EXPECT_ERRNO(sem_timedwait(full, &past), ETIMEDOUT);
    EXPECT_ERRNO(sem_trywait(full), EAGAIN);

    sem_t *named = sem_open("/one", O_CREAT | O_EXCL, 0600, 3);
    CHECK(named != SEM_FAILED);
    int value;
    SUCCEED(sem_getvalue(named, &value));
    EQUAL(value, 3);
    SUCCEED(sem_close(named));
    SUCCEED(sem_unlink("/one"));
}
