// Hogs of processes and threads.
#pragma once
#include "hogs-of-files.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>

static void *sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void threads(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    for (int i = 0; i < 10000; i++)
        if ((errno = pthread_create(&thread, &attributes, sleep_for_ever, NULL)) != 0)
            return;
}

static void processes(void)
{
    for (;;) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0) {
            pause();
            _exit(0);
        }
    }
}

// Many processes with many regions each.
static void regions_of_many(void)
{
    regions();
    processes();
}

// Each child makes children, and so on.
static void fork_bomb(void)
{
    while (fork() >= 0)
        ;
}

// The same where each has memory of its own.
static void growing_bomb(void)
{
    for (;;) {
        if (fork() < 0)
            return;
        char *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; memory != MAP_FAILED && i < 64; i++)
            memory[i * PAGE] = 1;
    }
}

static void long_arguments(void)
{
    static char *words[30];
    static char word[100000];
    memset(word, 'w', sizeof word - 1);
    for (int i = 1; i < 20; i++)
        words[i] = word;
    words[0] = "hogs";
    for (;;) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0) {
            char *const environment[] = { "HOG_SLEEPS=1", NULL };
            execve("/proc/self/exe", words, environment);
            _exit(1);
        }
    }
}

static void as_nobody(void (*take)(void))
{
    if (setgid(65534) == 0 && setuid(65534) == 0)
        take();
}

// The first process could not do without some for itself; others are bound by RLIMIT_NPROC.
static void processes_of_nobody(void) { as_nobody(processes); }
static void fork_bomb_of_nobody(void) { as_nobody(fork_bomb); }
static void growing_bomb_of_nobody(void) { as_nobody(growing_bomb); }
static void counters_of_nobody(void) { as_nobody(counters_of_many); }
static void arguments_of_nobody(void) { as_nobody(long_arguments); }
static void threads_of_nobody(void) { as_nobody(threads); }
