// build: musl
// msgget(2), semget(2), shmget(2): keys, exclusive making, permissions and owners.
#include "../process.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define KEY 0x5eed

// What somebody else is refused.
static void as_stranger(int queue, int set, int segment)
{
    SUCCEED(setresgid(1000, 1000, 1000));
    SUCCEED(setresuid(1000, 1000, 1000));
    struct msqid_ds queue_status = {0};
    struct semid_ds set_status = {0};
    struct shmid_ds segment_status = {0};
    EXPECT_ERRNO(msgget(KEY, 0400), EACCES);
    EXPECT_ERRNO(semget(KEY, 1, 0400), EACCES);
    EXPECT_ERRNO(shmget(KEY, 1, 0400), EACCES);
    EQUAL(msgget(KEY, 0), queue);
    EXPECT_ERRNO(msgctl(queue, IPC_STAT, &queue_status), EACCES);
    EXPECT_ERRNO(semctl(set, 0, IPC_STAT, &set_status), EACCES);
    EXPECT_ERRNO(shmctl(segment, IPC_STAT, &segment_status), EACCES);
    EXPECT_ERRNO(msgctl(queue, IPC_SET, &queue_status), EPERM);
    EXPECT_ERRNO(semctl(set, 0, IPC_SET, &set_status), EPERM);
    EXPECT_ERRNO(shmctl(segment, IPC_SET, &segment_status), EPERM);
    EXPECT_ERRNO(msgctl(queue, IPC_RMID, 0), EPERM);
    EXPECT_ERRNO(semctl(set, 0, IPC_RMID), EPERM);
    EXPECT_ERRNO(shmctl(segment, IPC_RMID, 0), EPERM);
    EXPECT_ERRNO(semctl(set, 0, GETVAL), EACCES);
    EXPECT_ERRNO(semctl(set, 0, SETVAL, 1), EACCES);
    EXPECT_ERRNO((long)shmat(segment, 0, 0), EACCES);
    struct sembuf up = {0, 1, 0};
    EXPECT_ERRNO(semop(set, &up, 1), EACCES);
    struct { long type; char text; } message = {1, 0};
    EXPECT_ERRNO(msgsnd(queue, &message, 1, 0), EACCES);
    EXPECT_ERRNO(msgrcv(queue, &message, 1, 0, IPC_NOWAIT), EACCES);
}

int main(void)
{
    EXPECT_ERRNO(msgget(KEY, 0600), ENOENT);
    EXPECT_ERRNO(semget(KEY, 1, 0600), ENOENT);
    EXPECT_ERRNO(shmget(KEY, 1, 0600), ENOENT);
    int queue = SUCCEED(msgget(KEY, IPC_CREAT | 0600));
    int set = SUCCEED(semget(KEY, 3, IPC_CREAT | 0600));
    int segment = SUCCEED(shmget(KEY, 5000, IPC_CREAT | 0600));
    EQUAL(msgget(KEY, 0), queue);
    EQUAL(semget(KEY, 0, IPC_CREAT), set);
    EQUAL(shmget(KEY, 0, 0), segment);
    EXPECT_ERRNO(msgget(KEY, IPC_CREAT | IPC_EXCL), EEXIST);
    EXPECT_ERRNO(semget(KEY, 3, IPC_CREAT | IPC_EXCL), EEXIST);
    EXPECT_ERRNO(shmget(KEY, 1, IPC_CREAT | IPC_EXCL), EEXIST);
    EXPECT_ERRNO(semget(KEY, 4, 0), EINVAL);
    EXPECT_ERRNO(semget(KEY + 1, 0, IPC_CREAT), EINVAL);
    EXPECT_ERRNO(semget(KEY + 1, -1, IPC_CREAT), EINVAL);
    EXPECT_ERRNO(semget(KEY + 1, 32001, IPC_CREAT), EINVAL);
    EXPECT_ERRNO(shmget(KEY, 5001, 0), EINVAL);
    EXPECT_ERRNO(shmget(KEY + 1, 0, IPC_CREAT), EINVAL);
    int other = SUCCEED(msgget(IPC_PRIVATE, 0600));
    CHECK(other != queue);
    SUCCEED(msgctl(other, IPC_RMID, 0));

    EQUAL(IN_CHILD(as_stranger(queue, set, segment)), 0);
    // Given away, it is the other's.
    struct shmid_ds status;
    SUCCEED(shmctl(segment, IPC_STAT, &status));
    EQUAL(status.shm_segsz, 5000);
    EQUAL(status.shm_cpid, getpid());
    status.shm_perm.uid = 1000;
    status.shm_perm.mode = 0640;
    SUCCEED(shmctl(segment, IPC_SET, &status));
    EQUAL(IN_CHILD({
        SUCCEED(setresuid(1000, 1000, 1000));
        SUCCEED(shmctl(segment, IPC_STAT, &status));
        EQUAL(status.shm_perm.cuid, 0);
        SUCCEED(shmctl(segment, IPC_RMID, 0));
    }), 0);
    EXPECT_ERRNO(shmget(KEY, 1, 0), ENOENT);
    SUCCEED(msgctl(queue, IPC_RMID, 0));
    SUCCEED(semctl(set, 0, IPC_RMID));
    // The place comes again, the number does not.
    int next = SUCCEED(semget(IPC_PRIVATE, 1, 0600));
    CHECK(next != set);
    SUCCEED(semctl(next, 0, IPC_RMID));
    return 0;
}
