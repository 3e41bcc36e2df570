// build: musl
// /proc/sysvipc, and IPC_INFO, by which ipcs(1) finds all.
#define _GNU_SOURCE
#include "../test.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int shows(const char *path, int number, int field)
{
    char line[512];
    FILE *file = fopen(path, "r");
    CHECK(file);
    CHECK(fgets(line, sizeof line, file));
    CHECK(strstr(line, "key"));
    while (fgets(line, sizeof line, file)) {
        int key, found, mode, size;
        EQUAL(sscanf(line, "%d %d %o %d", &key, &found, &mode, &size), 4);
        if (found == number) {
            EQUAL(mode, 0640);
            EQUAL(size, field);
            fclose(file);
            return 1;
        }
    }
    fclose(file);
    return 0;
}

int main(void)
{
    int queue = SUCCEED(msgget(IPC_PRIVATE, 0640)), set = SUCCEED(semget(IPC_PRIVATE, 4, 0640));
    int segment = SUCCEED(shmget(IPC_PRIVATE, 777, 0640));
    EQUAL(shows("/proc/sysvipc/msg", queue, 0), 1);
    EQUAL(shows("/proc/sysvipc/sem", set, 4), 1);
    EQUAL(shows("/proc/sysvipc/shm", segment, 777), 1);
    struct shminfo limits;
    int highest = SUCCEED(shmctl(0, IPC_INFO, (void *)&limits));
    EQUAL(limits.shmmni, 4096);
    EQUAL(limits.shmmin, 1);
    struct shmid_ds status;
    int found = 0;
    for (int place = 0; place <= highest; place++)
        found |= shmctl(place, SHM_STAT, &status) == segment;
    EQUAL(found, 1);
    struct seminfo sets;
    SUCCEED(semctl(0, 0, IPC_INFO, &sets));
    EQUAL(sets.semmsl, 32000);
    EQUAL(sets.semopm, 500);
    SUCCEED(semctl(0, 0, SEM_INFO, &sets));
    CHECK(sets.semusz >= 1);
    struct msginfo queues;
    SUCCEED(msgctl(0, IPC_INFO, (void *)&queues));
    EQUAL(queues.msgmax, 8192);
    SUCCEED(msgctl(queue, IPC_RMID, 0));
    SUCCEED(semctl(set, 0, IPC_RMID));
    SUCCEED(shmctl(segment, IPC_RMID, 0));
    EQUAL(shows("/proc/sysvipc/msg", queue, 0), 0);
    EQUAL(shows("/proc/sysvipc/shm", segment, 777), 0);
    return 0;
}
