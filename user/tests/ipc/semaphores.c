// build: -O2 -static
// semop(2), semtimedop(2), semctl(2): all or nothing, waiting, undoing, limits.
#include "../process.h"
#include <signal.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

static int set;

static int step(int index, int change, int flags)
{
    struct sembuf one = {index, change, flags};
    return semop(set, &one, 1);
}

static int value(int index) { return SUCCEED(semctl(set, index, GETVAL)); }

static void until(int index, int command, int wanted)
{
    for (int tries = 0; semctl(set, index, command) != wanted; tries++) {
        if (tries > 500)
            FAIL("nobody waits");
        usleep(5000);
    }
}

int main(void)
{
    set = SUCCEED(semget(IPC_PRIVATE, 3, 0600));
    EQUAL(value(0), 0);
    SUCCEED(step(0, 2, 0));
    EQUAL(value(0), 2);
    EQUAL(semctl(set, 0, GETPID), getpid());
    EXPECT_ERRNO(step(0, -3, IPC_NOWAIT), EAGAIN);
    EXPECT_ERRNO(step(0, 0, IPC_NOWAIT), EAGAIN);
    // All or nothing.
    struct sembuf both[] = {{0, -2, 0}, {1, -1, IPC_NOWAIT}};
    EXPECT_ERRNO(semop(set, both, 2), EAGAIN);
    EQUAL(value(0), 2);
    SUCCEED(step(1, 1, 0));
    SUCCEED(semop(set, both, 2));
    EQUAL(value(0), 0);
    EQUAL(value(1), 0);
    SUCCEED(step(1, 0, IPC_NOWAIT));

    unsigned short all[3] = {5, 6, 7}, got[3];
    SUCCEED(semctl(set, 0, SETALL, all));
    SUCCEED(semctl(set, 0, GETALL, got));
    EQUAL(got[2], 7);
    SUCCEED(semctl(set, 2, SETVAL, 32767));
    EXPECT_ERRNO(step(2, 1, 0), ERANGE);
    EXPECT_ERRNO(semctl(set, 2, SETVAL, 32768), ERANGE);
    EXPECT_ERRNO(semctl(set, 2, SETVAL, -1), ERANGE);
    EXPECT_ERRNO(semctl(set, 3, GETVAL), EINVAL);
    EXPECT_ERRNO(semctl(set, 3, SETVAL, 1), EINVAL);
    EXPECT_ERRNO(semctl(set, 0, 99), EINVAL);
    EXPECT_ERRNO(semctl(-1, 0, GETVAL), EINVAL);
    EXPECT_ERRNO(semctl(set, 0, GETALL, BAD), EFAULT);
    EXPECT_ERRNO(semctl(set, 0, IPC_STAT, BAD), EFAULT);
    EXPECT_ERRNO(step(3, 1, 0), EFBIG);
    EXPECT_ERRNO(semop(set, both, 0), EINVAL);
    EXPECT_ERRNO(semop(set, both, 501), E2BIG);
    EXPECT_ERRNO(semop(set, BAD, 1), EFAULT);
    EXPECT_ERRNO(semop(-1, both, 1), EINVAL);

    struct timespec soon = {0, 30000000}, bad = {0, 2000000000};
    struct sembuf down = {0, -100, 0};
    EXPECT_ERRNO(semtimedop(set, &down, 1, &soon), EAGAIN);
    EXPECT_ERRNO(semtimedop(set, &down, 1, &bad), EINVAL);

    // What waits is counted.
    SUCCEED(semctl(set, 0, SETVAL, 0));
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(step(0, -1, 0));
        SUCCEED(step(1, 0, 0));
        EXPECT_ERRNO(step(0, -1, 0), EIDRM);
        _exit(0);
    }
    until(0, GETNCNT, 1);
    SUCCEED(step(0, 1, 0));
    until(1, GETZCNT, 1);
    EQUAL(semctl(set, 0, GETNCNT), 0);
    SUCCEED(semctl(set, 1, SETVAL, 0));
    until(0, GETNCNT, 1);

    // What a process that ends wanted undone.
    SUCCEED(semctl(set, 2, SETVAL, 10));
    EQUAL(IN_CHILD({
        SUCCEED(step(2, -4, SEM_UNDO));
        SUCCEED(step(2, 1, SEM_UNDO));
        EQUAL(value(2), 7);
    }), 0);
    EQUAL(value(2), 10);
    EQUAL(IN_CHILD({
        SUCCEED(step(2, -4, SEM_UNDO));
        SUCCEED(semctl(set, 2, SETVAL, 3));
    }), 0);
    EQUAL(value(2), 3);
    pid_t killed = start_child();
    if (killed == 0) {
        SUCCEED(step(2, 5, SEM_UNDO));
        pause();
    }
    until(2, GETVAL, 8);
    kill(killed, SIGKILL);
    wait_for(killed);
    EQUAL(value(2), 3);

    struct semid_ds status;
    SUCCEED(semctl(set, 0, IPC_STAT, &status));
    EQUAL(status.sem_nsems, 3);
    CHECK(status.sem_otime > 1000000);
    SUCCEED(semctl(set, 0, IPC_RMID));
    EQUAL(wait_for(child), 0);
    EXPECT_ERRNO(step(0, 1, 0), EINVAL);
    return 0;
}
