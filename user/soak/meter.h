// What the system holds: to be the same after some work as before it, once memory has settled.
#pragma once

#include "holders.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct meter {
    long free;    // KiB that nobody has, or that stay for what comes: kernel stacks, what is remembered of disks, the
                  // content of files, free objects of slabs that have others in use
    long content; // KiB in files
    long heap;    // KiB of objects in use in the kernel's heap
    long tasks;   // tasks that live
    long files;   // open files
    long inodes;
};

static long read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    return length;
}

static long number_after(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    return found ? atol(found + strlen(name)) : 0;
}

// KiB of the objects in use in all slabs.
static long objects_in_use(void)
{
    char text[8192];
    long bytes = 0, active, size;
    read_text("/proc/slabinfo", text, sizeof text);
    for (char *line = text; line; line = strchr(line + 1, '\n'))
        if (sscanf(line, "%*s %ld %*d %ld", &active, &size) == 2)
            bytes += active * size;
    return bytes >> 10;
}

static int walk_by(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat, (void)kind;
    int is_process = strncmp(path, "/proc/", 6) == 0 && place->level == 2 && path[6] >= '0' && path[6] <= '9';
    return is_process ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
}

// The first look comes after a walk everywhere: the kernel remembers names, and should not have more of them afterwards.
static struct meter look(void)
{
    struct meter meter = { 0 };
    char text[4096];
    if (!began)
        nftw("/", walk_by, 16, FTW_PHYS | FTW_ACTIONRETVAL);
    began = began ? began : time(NULL);
    read_text("/proc/meminfo", text, sizeof text);
    meter.content = number_after(text, "Shmem:");
    meter.free = number_after(text, "MemFree:") + number_after(text, "KernelStack:") + number_after(text, "Buffers:") + meter.content;
    meter.heap = objects_in_use();
    meter.free += number_after(text, "\nSlab:") - meter.heap;
    read_text("/proc/loadavg", text, sizeof text);
    meter.tasks = number_after(text, "/");
    read_text("/proc/sys/fs/file-nr", text, sizeof text);
    meter.files = atol(text);
    read_text("/proc/sys/fs/inode-nr", text, sizeof text);
    meter.inodes = atol(text);
    return meter;
}

// How many KiB may be missing after any work: what is kept for what comes, besides names.
enum { SLACK = 64 };

static int has_settled(const struct meter *before, const struct meter *now)
{
    return now->free + SLACK >= before->free && now->content <= before->content + SLACK && now->tasks <= before->tasks
        && now->files <= before->files && now->inodes <= before->inodes;
}

static void tell_meter(const char *when, const struct meter *meter)
{
    printf("%s: %ld KiB free, %ld KiB in files, %ld KiB heap, %ld tasks, %ld files, %ld inodes\n", when, meter->free,
           meter->content, meter->heap, meter->tasks, meter->files, meter->inodes);
}

// Looks until it is as before, for some seconds at most. Whether it is; what is not is printed.
static int is_as_before(const struct meter *before)
{
    struct meter now = look();
    for (int patience = 200; patience > 0 && !has_settled(before, &now); patience--) {
        nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
        now = look();
    }
    if (has_settled(before, &now))
        return 1;
    tell_meter("before", before);
    tell_meter("after", &now);
    tell_holders();
    return 0;
}
