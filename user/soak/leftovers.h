// What the fuzzer's workers leave behind that no process's end takes away: files, mounts, queues, objects of System V.
#pragma once

#include "arguments.h"
#include <dirent.h>
#include <fcntl.h>
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
        // A socket's name may be cut short.
        int own = strncmp(entry->d_name, "fz", 2) == 0 || strcmp(entry->d_name, "f") == 0 || (everything && strcmp(entry->d_name, ".") != 0);
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

enum { PATHS = sizeof any_path / sizeof *any_path };

// What there was before: the list of mounts, which stays readable whatever is mounted on /proc, the last one's number, and which of
// the paths that the workers try.
static int mounts_file;
static int last_mount;
static unsigned char was_there[PATHS];

// Takes a mount away that is newer than the workers.
static int unmount_new(int number, const char *place)
{
    // What lies on the root is found only from below.
    const char *path = strcmp(place, "/") == 0 ? "/.." : place;
    return number > last_mount && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
}

static int note_mount(int number, const char *place)
{
    (void)place;
    last_mount = number > last_mount ? number : last_mount;
    return 0;
}

// Works on each mount's number and place; how often that did something.
static int for_each_mount(int (*work)(int number, const char *place))
{
    static char text[1 << 18];
    ssize_t length = pread(mounts_file, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = 0;
    int count = 0, number;
    char place[4096];
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (sscanf(line, "%d %*d %*s %*s %4095s", &number, place) == 2)
            count += work(number, place);
    return count;
}

static const char *wanted_place;

static int is_wanted(int number, const char *place)
{
    (void)number;
    return strcmp(place, wanted_place) == 0;
}

// Mounts on a place what was there before, if it was unmounted.
static void mount_again(const char *place, const char *type, unsigned long flags)
{
    wanted_place = place;
    if (for_each_mount(is_wanted) > 0)
        return;
    clean(place, 1, 0);
    mount(type, place, type, flags, NULL);
}

// Takes new mounts away, and has the old ones as they were: a link may lead anywhere.
static void clean_mounts(void)
{
    while (for_each_mount(unmount_new) > 0)
        ;
    mount_again("/dev", "devtmpfs", MS_NOSUID);
    mount_again("/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_again("/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount(NULL, "/", NULL, MS_REMOUNT, NULL);
    mount(NULL, "/dev", NULL, MS_REMOUNT | MS_NOSUID, NULL);
}

// Before any worker: notes what there is.
static void note_what_is_there(void)
{
    mounts_file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    for_each_mount(note_mount);
    for (int i = 0; i < PATHS; i++)
        was_there[i] = access(any_path[i], F_OK) == 0;
}

// Removes a file that a worker has made where it tried a path, perhaps with a folder as its root.
static void clean_path(const char *folder, int number)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", folder, any_path[number]);
    if (any_path[number][0] == '/' && (folder[0] || !was_there[number]))
        unlink(path);
}

static void clean_up(void)
{
    static const char *folders[] = { "/", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/tmp", "/bin", "/tests" };
    clean_mounts();
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++)
        clean(folders[i], 0, 0);
    clean(WORK, 1, 0);
    rmdir(WORK);
    for (int i = 0; i < PATHS; i++) {
        clean_path("", i);
        for (unsigned j = 1; j < sizeof folders / sizeof *folders; j++)
            clean_path(folders[j], i);
    }
    syscall(SYS_mq_unlink, "fzqueue");
    clean_ipc();
}
