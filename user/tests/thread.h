// Threads and futexes in tests.
#pragma once

#include "process.h"
// musl-gcc does not find the kernel's headers.
#if __has_include(<linux/futex.h>)
#include <linux/futex.h>
#include <linux/sched.h>
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

// A pthread function, which tells an error by its value, must succeed.
#define WORK(call)                                              \
    do {                                                        \
        int error_ = (call);                                    \
        if (error_ != 0)                                        \
            FAIL("%s: %s", #call, strerror(error_));            \
    } while (0)

static inline pthread_t start_thread(void *(*function)(void *), void *argument)
{
    pthread_t thread;
    WORK(pthread_create(&thread, NULL, function, argument));
    return thread;
}

// Waits for a thread's end; its value.
static inline long finish(pthread_t thread)
{
    void *value;
    WORK(pthread_join(thread, &value));
    return (long)value;
}

static inline long futex(void *word, int operation, unsigned value, const void *time, void *other, unsigned value3)
{
    return syscall(SYS_futex, word, operation, value, time, other, value3);
}

static inline int thread_id(void)
{
    return (int)syscall(SYS_gettid);
}

// Gives others the CPU until this is so.
#define WAIT_UNTIL(condition)                                   \
    do {                                                        \
        while (!(condition))                                    \
            usleep(1000);                                       \
    } while (0)

// Whether a thread of this process sleeps, as /proc tells.
static inline int sleeps(int id)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (!fgets(text, sizeof text, file))
        text[0] = 0;
    fclose(file);
    char *end = strrchr(text, ')');
    return end && end[2] == 'S';
}

// clone(2) as a call, without the C library's part: the child returns 0 on the same stack, which is its own copy without CLONE_VM.
static inline long raw_clone(unsigned long flags, void *stack, void *parent_tid, void *child_tid, void *tls)
{
    return syscall(SYS_clone, flags, stack, parent_tid, child_tid, tls);
}
