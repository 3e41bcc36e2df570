// A table of calls, a line for each pointer that one takes, and the pointers that each must refuse with EFAULT. Every call of
// syscall/table.rs is in such a table here or in without.txt; the checks compare.
#pragma once

#include "../test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

// What stands for a pointer that is bad in turn, in ways that depend on what is done with it; `size` is what is there of it.
#define KIND(kind, size) ((long)0x5a5a0000 << 32 | (long)(kind) << 24 | (size))
enum { READ_ = 1, WRITTEN_, SOME_READ_, SOME_WRITTEN_, TEXT_ };
// A structure that the call reads or writes, in one piece.
#define IN(size) KIND(READ_, size)
#define OUT(size) KIND(WRITTEN_, size)
// Bytes of which the call takes or gives as many as it can.
#define SOME_IN KIND(SOME_READ_, 0)
#define SOME_OUT KIND(SOME_WRITTEN_, 0)
// A text with a NUL behind it.
#define TEXT KIND(TEXT_, 0)

// What stands for things that are good: a table's own numbers, and memory full of zeros.
#define THING(number) ((long)0x5b5b0000 << 32 | (number))
#define ZEROS THING(100)
#define MOST_THINGS 20

struct pointer_case {
    const char *name;
    int call;
    long arguments[6];
};

// What THING(0) and on are; a test fills it.
static long things[MOST_THINGS];
// Zeros before every call, for structures that are good, or do not matter.
static char zeros[16384] __attribute__((aligned(4096)));
// Three pages: one to be read and written, one only to be read, and one that nothing is at.
static char *pages;

static long bad_pointer(long argument, int way)
{
    int kind = argument >> 24 & 0xff, size = argument & 0xffffff, inside = size > 1 ? size / 2 : 0;
    switch (way) {
    case 0: return 0x10;
    case 1: return 0xffff800000001000;
    case 2: return 0x8000000000000000;
    case 3: return 0x7ffffffff000;
    case 4: return (long)pages + 8192;
    // Over the end of what is there.
    case 5:
        if (kind == TEXT_) {
            memset(pages, 'x', 4096);
            SUCCEED(mprotect(pages + 4096, 4096, PROT_NONE));
            return (long)pages + 4000;
        }
        if (!inside)
            return 0;
        memset(pages, 0, 4096);
        SUCCEED(mprotect(pages + 4096, 4096, PROT_NONE));
        return (long)pages + 4096 - inside;
    // What may only be read.
    case 6: return kind == WRITTEN_ || kind == SOME_WRITTEN_ ? (long)pages + 4096 : 0;
    default: return -1;
    }
}

// Makes a call with each bad pointer; how many were not refused.
static int try_pointers(const struct pointer_case *one)
{
    int failed = 0, bad = -1;
    for (int i = 0; i < 6; i++)
        if ((one->arguments[i] >> 48) == 0x5a5a)
            bad = i;
    CHECK(bad != -1);
    for (int way = 0;; way++) {
        SUCCEED(mprotect(pages + 4096, 4096, PROT_READ));
        long a[6], pointer = bad_pointer(one->arguments[bad], way);
        if (pointer == -1)
            return failed;
        if (pointer == 0)
            continue;
        memset(zeros, 0, sizeof zeros);
        for (int i = 0; i < 6; i++) {
            long argument = one->arguments[i];
            a[i] = i == bad ? pointer : argument == ZEROS ? (long)zeros : argument >> 48 == 0x5b5b ? things[argument & 0xff] : argument;
        }
        errno = 0;
        long result = syscall(one->call, a[0], a[1], a[2], a[3], a[4], a[5]);
        // A call that is not there has no pointers; that it is in the table, and so there, the checks know.
        if (result == -1 && errno == ENOSYS)
            return failed;
        if (result != -1 || errno != EFAULT) {
            printf("%s with %#lx: %ld, %s\n", one->name, pointer, result, strerror(errno));
            failed++;
        }
    }
}

// Tries a whole table; the status to end with.
static int try_all(const struct pointer_case *cases, int count)
{
    int failed = 0;
    pages = (char *)SUCCEED(mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SUCCEED(munmap(pages + 8192, 4096));
    for (int i = 0; i < count; i++)
        failed += try_pointers(&cases[i]);
    return failed != 0;
}
