// build: musl
// shmat(2), shmdt(2), shmctl(2): shared between processes, counted, kept until the last has let go.
#include "../process.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static long attached(int segment)
{
    struct shmid_ds status;
    SUCCEED(shmctl(segment, IPC_STAT, &status));
    return status.shm_nattch;
}

int main(void)
{
    int segment = SUCCEED(shmget(IPC_PRIVATE, 3 * 4096 - 10, 0600));
    EQUAL(attached(segment), 0);
    char *memory = (char *)SUCCEED(shmat(segment, 0, 0));
    EQUAL(memory[5000], 0);
    EQUAL(attached(segment), 1);
    pid_t child = start_child();
    if (child == 0) {
        EQUAL(attached(segment), 2);
        memory[5000] = 7;
        SUCCEED(shmdt(memory));
        EXPECT_SIGNAL(memory[0] = 1, SIGSEGV);
        _exit(0);
    }
    EQUAL(wait_for(child), 0);
    EQUAL(memory[5000], 7);
    EQUAL(attached(segment), 1);
    char *again = (char *)SUCCEED(shmat(segment, 0, SHM_RDONLY));
    EQUAL(again[5000], 7);
    EXPECT_SIGNAL(again[0] = 1, SIGSEGV);
    EQUAL(attached(segment), 2);
    SUCCEED(shmdt(again));
    EXPECT_ERRNO(shmdt(again), EINVAL);
    EXPECT_ERRNO(shmdt(memory + 4096), EINVAL);

    // At a place of one's own.
    char *place = again;
    EXPECT_ERRNO((long)shmat(segment, place + 5, 0), EINVAL);
    EQUAL((long)shmat(segment, place + 5, SHM_RND), (long)place);
    EXPECT_ERRNO((long)shmat(segment, place, 0), EINVAL);
    EQUAL((long)shmat(segment, place, SHM_REMAP), (long)place);
    EXPECT_ERRNO((long)shmat(segment, 0, SHM_REMAP), EINVAL);
    EXPECT_ERRNO((long)shmat(-1, 0, 0), EINVAL);
    EXPECT_ERRNO((long)shmat(segment + 100000, 0, 0), EINVAL);
    SUCCEED(shmdt(place));

    // Removed, it lives while somebody has it.
    SUCCEED(shmctl(segment, IPC_RMID, 0));
    struct shmid_ds status;
    SUCCEED(shmctl(segment, IPC_STAT, &status));
    EQUAL(status.shm_perm.mode & 01000, 01000);
    EQUAL(memory[5000], 7);
    SUCCEED(shmdt(memory));
    EXPECT_ERRNO(shmctl(segment, IPC_STAT, &status), EINVAL);
    // And goes with a process that ends.
    segment = SUCCEED(shmget(IPC_PRIVATE, 4096, 0600));
    EQUAL(IN_CHILD({
        SUCCEED(shmat(segment, 0, 0));
        SUCCEED(shmctl(segment, IPC_RMID, 0));
        SUCCEED(shmctl(segment, IPC_STAT, &status));
    }), 0);
    EXPECT_ERRNO(shmctl(segment, IPC_STAT, &status), EINVAL);
    EXPECT_ERRNO(shmctl(-1, IPC_STAT, &status), EINVAL);
    EXPECT_ERRNO(shmctl(segment, 99, &status), EINVAL);
    return 0;
}
