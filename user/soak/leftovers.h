// Leftovers of the fuzzer's workers that no process's end takes away: files, mounts, queues, objects of System V.
//
// Names do not tell which files are theirs: a worker renames directories, links to others and works where the link
// leads, and its sockets have names cut short. So everything is listed before the first worker, and what is not on the
// list is removed after the last.
#pragma once

#include "arguments.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
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

// Removes all that a directory holds, and what is mounted there.
static void empty(const char *directory, int deep)
{
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char path[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0
            || snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) >= (int)sizeof path)
            continue;
        while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
            ;
        if (unlink(path) == 0)
            continue;
        if (deep < 100)
            empty(path, deep + 1);
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

// The list of mounts, which stays readable whatever is mounted on /proc, and the number of the last one before the
// workers.
static int mounts_file;
static int last_mount;

// The paths of all files before the workers, in order.
static char **listed;
static size_t listed_count;

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
    empty(place, 0);
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

static int by_name(const void *one, const void *other) { return strcmp(*(char **)one, *(char **)other); }

static int list(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat, (void)kind, (void)place;
    if (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)
        return FTW_SKIP_SUBTREE;
    if (listed_count % 1024 == 0)
        listed = realloc(listed, (listed_count + 1024) * sizeof *listed);
    if (!listed || !(listed[listed_count++] = strdup(path))) {
        perror("the list of files");
        exit(1);
    }
    return FTW_CONTINUE;
}

// Removes a file that is not listed, with all that is below it.
static int remove_new(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat, (void)kind, (void)place;
    if (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)
        return FTW_SKIP_SUBTREE;
    if (bsearch(&path, listed, listed_count, sizeof *listed, by_name))
        return FTW_CONTINUE;
    if (unlink(path) != 0) {
        empty(path, 0);
        rmdir(path);
    }
    return FTW_SKIP_SUBTREE;
}

// Before any worker: notes which mounts and files there are.
static void note_what_is_there(void)
{
    mounts_file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    for_each_mount(note_mount);
    nftw("/", list, 16, FTW_PHYS | FTW_ACTIONRETVAL);
    qsort(listed, listed_count, sizeof *listed, by_name);
}

static void clean_up(void)
{
    clean_mounts();
    nftw("/", remove_new, 16, FTW_PHYS | FTW_ACTIONRETVAL);
    syscall(SYS_mq_unlink, "fzqueue");
    for (unsigned i = 0; i < sizeof work_path / sizeof *work_path; i++)
        syscall(SYS_mq_unlink, work_path[i]);
    clean_ipc();
}
