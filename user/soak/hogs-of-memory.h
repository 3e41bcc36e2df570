// Hogs of memory: pages, page tables, regions.
#pragma once
#include "meter.h"
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PLACE "/tmp/hog"
enum { PAGE = 4096, MANY = 1 << 20 };

static char page[16 * PAGE];

static void raise_file_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void fill_with(int sharing)
{
    for (;;) {
        char *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return;
        for (int i = 0; i < 64; i++)
            memory[i * PAGE] = 1;
    }
}

static void anonymous(void)
{
    fill_with(MAP_PRIVATE);
}

// Promised more than there is, so that it can only be killed.
static void uncounted(void)
{
    char *memory = mmap(NULL, 1l << 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 20; i++)
        memory[i * PAGE] = 1;
}

static void shared(void)
{
    fill_with(MAP_SHARED);
}

// One page in each table.
static void page_tables(void)
{
    char *memory = mmap(NULL, 1l << 44, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 23; i++)
        memory[i << 21] = 1;
}

// The same without a page of its own: the page of zeros.
static void empty_page_tables(void)
{
    char *memory = mmap(NULL, 1l << 44, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 23; i++)
        (void)*(volatile char *)&memory[i << 21];
}

static void regions(void)
{
    for (int i = 0; i < MANY; i++) {
        int rights = i % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
        if (mmap(NULL, PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
            return;
    }
}
