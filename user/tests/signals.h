// Catching signals in tests.
#pragma once

#include "process.h"
#include <signal.h>
#include <stdint.h>
#include <time.h>

// How many were caught, and what the last one said.
static volatile sig_atomic_t caught;
static siginfo_t last;

static inline void note(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    caught++;
}

// Notes a signal, with these SA_ flags besides SA_SIGINFO.
static inline void catch_signal(int signal, int flags)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = flags | SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    SUCCEED(sigaction(signal, &action, NULL));
}

static inline sigset_t set_of(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

static inline void block(int signal)
{
    sigset_t set = set_of(signal);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
}

static inline void unblock(int signal)
{
    sigset_t set = set_of(signal);
    SUCCEED(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

static inline void sleep_for(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&time, &time) == -1 && errno == EINTR)
        ;
}

// A child that sends its parent this signal every 20 milliseconds, until it is killed by `stop_sender`.
static pid_t sender;

static inline void start_sender(int signal)
{
    pid_t parent = getpid();
    sender = start_child();
    if (sender == 0)
        for (;;) {
            sleep_for(20);
            if (kill(parent, signal) != 0)
                _exit(0);
        }
}

static inline void stop_sender(void)
{
    SUCCEED(kill(sender, SIGKILL));
    while (waitpid(sender, NULL, 0) == -1 && errno == EINTR)
        ;
}

// The state of a process as /proc shows it, such as 'S' or 'T'.
static inline char state_of(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *end = strrchr(text, ')');
    return end ? end[2] : 0;
}

// Waits until a process is in this state; what would take ten seconds has failed.
static inline void wait_for_state(pid_t pid, char state)
{
    for (int i = 0; i < 1000; i++) {
        if (state_of(pid) == state)
            return;
        sleep_for(10);
    }
    FAIL("process %d is in state %c, not %c", pid, state_of(pid), state);
}
