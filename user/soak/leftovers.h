// What the fuzzer's workers leave behind that no process's end takes away: files, mounts, queues, objects of System V.
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORK "/tmp/fuzz"

// Removes what workers left in a folder: everything, or only what bears their mark.
static void clean(const char *folder, int everything, int deep)
{
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        int own = strncmp(entry->d_name, "fz", 2) == 0 || (everything && strcmp(entry->d_name, ".") != 0);
        if (!own || strcmp(entry->d_name, "..") == 0)
            continue;
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path)
            continue;
        struct stat stat;
        while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            ;
        if (deep < 100 && lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode))
            clean(path, 1, deep + 1);
        if (unlink(path) != 0)
            rmdir(path);
    }
    if (entries)
        closedir(entries);
}

// Removes the objects of System V: they belong to no process. The shell that this runs in has none.
static void clean_ipc(void)
{
    union {
        struct shmid_ds memory;
        struct msqid_ds queue;
        struct semid_ds semaphores;
    } state;
    // As many of a kind as there may be.
    for (int index = 0; index < 32768; index++) {
        int memory = shmctl(index, SHM_STAT, &state.memory), queue = msgctl(index, MSG_STAT, &state.queue);
        int semaphores = semctl(index, 0, SEM_STAT, &state.semaphores);
        if (memory >= 0)
            shmctl(memory, IPC_RMID, NULL);
        if (queue >= 0)
            msgctl(queue, IPC_RMID, NULL);
        if (semaphores >= 0)
            semctl(semaphores, 0, IPC_RMID);
    }
}

static void clean_up(void)
{
    static const char *folders[] = { "/", "/dev", "/dev/shm", "/dev/mqueue", "/tmp", "/bin", "/tests" };
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++)
        clean(folders[i], 0, 0);
    clean(WORK, 1, 0);
    rmdir(WORK);
    syscall(SYS_mq_unlink, "fzqueue");
    clean_ipc();
}
