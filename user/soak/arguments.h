// Arguments for random system calls: each is made from its letter in calls.h, and one in a few is anything at all.
#pragma once

#include "random.h"
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>

enum { ARENA_PAGES = 256, PAGE = 4096, ROOM = 1 << 16, FDS = 40, KNOWN = 16, WORDS = 64 };

static const uint64_t ARENA = 0x200000000;

// Where answers go, and where questions come from. Threads share it, so that it changes under the kernel's eyes.
static unsigned char answers[ROOM], questions[ROOM];
static uint64_t words[WORDS];
static struct iovec buffers[1024];

// Processes that may be killed or looked at; the worker fills it.
static int known[KNOWN];

// One descriptor of a kind, as the worker opened it, by its letter in calls.h; the sockets follow each other.
enum { SOCKETS = 8 };
static int special[128];

static const char *any_path[] = {
    "", ".", "..", "/", "fz0", "fz1", "fz2", "fz3", "fzdir", "fzdir/fz4", "fzdir/../fz5", "fzlink", "fzloop", "fzfifo",
    "/proc/self/maps", "/proc/self/stat", "/proc/self/status", "/proc/self/fd", "/proc/self/fd/3", "/proc/self/fdinfo/4",
    "/proc/self/mem", "/proc/self/environ", "/proc/self/cmdline", "/proc/self/exe", "/proc/self/cwd", "/proc/self/root",
    "/proc/self/task", "/proc/self/mounts", "/proc/self/mountinfo", "/proc/self/limits", "/proc/self/stack", "/proc",
    "/proc/meminfo", "/proc/slabinfo", "/proc/stat", "/proc/loadavg", "/proc/interrupts", "/proc/1/maps", "/proc/1/stat",
    "/proc/sys/kernel/pid_max", "/proc/syscalls", "/sys", "/sys/block", "/dev", "/dev/null", "/dev/zero", "/dev/full",
    "/dev/random", "/dev/ptmx", "/dev/pts", "/dev/pts/0", "/dev/pts/1", "/dev/tty", "/dev/shm", "/dev/fd/5",
    "/bin/busybox", "/bin/true", "/tests", "/nowhere/at/all",
};

static const char *work_path[] = {
    "fz0", "fz1", "fz2", "fz3", "fzdir", "fzdir/fz4", "fzdir/fzdir", "fzdir/../fz5", "fzlink", "fzlink/fz6", "fzloop",
    "fzfifo", "fzmount", "fzmount/fz7", "fz0/", "fzdir/", "fzdir/.", "fzsocket",
};

static const char *attribute_name[] = { "user.fz", "user.other", "trusted.fz", "security.fz", "system.posix_acl_access", "user.", "" };

static const char *file_system[] = { "tmpfs", "proc", "sysfs", "devtmpfs", "ramfs", "size=64k", "nothing" };

#define PICK(random, list) (list)[below(random, sizeof(list) / sizeof *(list))]

// A number that is likely to matter somewhere.
static uint64_t wild(struct random *random)
{
    static const uint64_t interesting[] = {
        0, 1, 2, 7, 8, 16, 255, 4095, 4096, 4097, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
        0x7ffffffff000, 0x7fffffffffff, 0x800000000000, 0xffff800000000000, 0xffffffff80000000, 0xffffffffffff0000,
        INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 4095,
    };
    switch (below(random, 4)) {
    case 0: return next_random(random);
    case 1: return next_random(random) >> below(random, 64);
    case 2: return UINT64_C(1) << below(random, 64);
    default: return PICK(random, interesting);
    }
}

static uint64_t bits(struct random *random)
{
    uint64_t value = 0;
    for (uint64_t left = below(random, 4); left; left--)
        value |= UINT64_C(1) << below(random, one_in(random, 8) ? 64 : 20);
    return value;
}

static uint64_t page(struct random *random) { return ARENA + below(random, ARENA_PAGES) * PAGE; }

// An address whose page may be there or not; often just before the end of a page.
static uint64_t address(struct random *random)
{
    uint64_t near = below(random, 32);
    return one_in(random, 2) ? page(random) + PAGE - near : page(random) + near * 8;
}

static uint64_t length(struct random *random)
{
    switch (below(random, 6)) {
    case 0: return below(random, 4 * PAGE);
    case 1: return below(random, 1 << 20);
    default: return (1 + below(random, 16)) * PAGE;
    }
}

static uint64_t size(struct random *random)
{
    switch (below(random, 8)) {
    case 0: return wild(random);
    case 1: return below(random, ROOM + 1);
    default: return below(random, 300);
    }
}

static uint64_t answer(struct random *random)
{
    return one_in(random, 4) ? address(random) : (uint64_t)answers + below(random, 64) * 8;
}

static uint64_t question(struct random *random)
{
    for (int i = 0; i < 16; i++)
        ((uint64_t *)questions)[below(random, ROOM / 8)] = wild(random);
    return one_in(random, 4) ? address(random) : (uint64_t)questions + below(random, ROOM / 2);
}

// Never everybody, a group, the first process, or whoever started the test.
static uint64_t process(struct random *random)
{
    return one_in(random, 16) ? 1000000 + below(random, 1000) : (uint64_t)PICK(random, known);
}

// A structure of which some words may be right.
static uint64_t half_valid(struct random *random)
{
    for (int i = 0; i < 16; i++) {
        uint64_t *word = &words[below(random, WORDS)];
        switch (below(random, 7)) {
        case 0: *word = wild(random); break;
        case 1: *word = answer(random); break;
        case 2: *word = below(random, 300); break;
        case 3: *word = below(random, 30) | below(random, 30) << 32; break;
        case 4: *word = bits(random); break;
        case 5: *word = (uint64_t)known[0]; break;
        default: *word = 0;
        }
    }
    return (uint64_t)&words[below(random, WORDS / 2)];
}

static uint64_t vector(struct random *random)
{
    for (int i = 0; i < 8; i++) {
        struct iovec *buffer = &buffers[below(random, one_in(random, 4) ? 1024 : 16)];
        buffer->iov_base = (void *)answer(random);
        buffer->iov_len = size(random);
    }
    return (uint64_t)buffers;
}

static uint64_t strings(struct random *random)
{
    static char *list[8];
    for (int i = 0; i < 7; i++)
        list[i] = one_in(random, 4) ? NULL : (char *)PICK(random, file_system);
    return one_in(random, 2) ? (uint64_t)list : (uint64_t)PICK(random, file_system);
}

// At most 10 ms, mostly; now and then no valid time.
static uint64_t short_time(struct random *random)
{
    static int64_t times[4];
    for (int i = 0; i < 4; i++)
        times[i] = i % 2 ? (int64_t)below(random, 10000000) : 0;
    if (one_in(random, 8))
        times[below(random, 4)] = (int64_t)wild(random);
    return one_in(random, 16) ? 0 : (uint64_t)times;
}

static uint64_t open_flags(struct random *random)
{
    uint64_t flags = below(random, 4) | 02000 * one_in(random, 4) | 04000 * one_in(random, 2);
    flags |= one_in(random, 2) ? 0100 : 0;
    return one_in(random, 4) ? flags | bits(random) : flags;
}

// The name of a socket: a path, an abstract name, or nonsense.
static uint64_t socket_name(struct random *random)
{
    static struct { uint16_t family; char path[108]; } name;
    const char *path = PICK(random, work_path);
    name.family = one_in(random, 8) ? (uint16_t)next_random(random) : 1;
    name.path[0] = 0;
    strcpy(name.path + one_in(random, 2), path);
    return (uint64_t)&name;
}

// The description of a message, with control data that may make sense.
static uint64_t message(struct random *random)
{
    static uint64_t header[7], control[8];
    control[0] = one_in(random, 4) ? size(random) : 20;
    control[1] = 1 | (1 + below(random, 3)) << 32;
    control[2] = below(random, FDS) | below(random, FDS) << 32;
    header[0] = one_in(random, 2) ? 0 : socket_name(random);
    header[1] = header[0] ? below(random, 128) : 0;
    header[2] = vector(random);
    header[3] = below(random, 16);
    header[4] = one_in(random, 2) ? 0 : (uint64_t)control;
    header[5] = one_in(random, 4) ? size(random) : 24;
    header[6] = bits(random);
    return (uint64_t)header;
}

// A descriptor that mostly is of the kind that the call is for.
static uint64_t descriptor(struct random *random, char letter)
{
    if (one_in(random, 4))
        return 3 + below(random, FDS);
    return (uint64_t)special[(unsigned char)letter] + (letter == 'K' ? below(random, SOCKETS) : 0);
}

// The argument that a letter of calls.h stands for.
static uint64_t argument(struct random *random, char letter)
{
    static uint64_t set;
    if (one_in(random, 24) && letter != 'P' && letter != 'w')
        return wild(random);
    switch (letter) {
    case '0': case '1': return letter - '0';
    case 'f': return 3 + below(random, FDS);
    case 'E': case 'T': case 'I': case 'G': case 'Q': case 'K': return descriptor(random, letter);
    case 'X': return (uint64_t)PICK(random, attribute_name);
    case 'd': return one_in(random, 2) ? (uint64_t)-100 : 3 + below(random, FDS);
    case 'p': return (uint64_t)PICK(random, any_path);
    case 'w': return (uint64_t)PICK(random, work_path);
    case 'm': return page(random);
    case 'a': return address(random);
    case 'l': return length(random);
    case 'o': return answer(random);
    case 'i': return question(random);
    case 'S': return half_valid(random);
    case 'v': return vector(random);
    case 'z': return strings(random);
    case 'n': return size(random);
    case 'h': return one_in(random, 4) ? wild(random) : below(random, 100000);
    case 'k': return below(random, one_in(random, 4) ? 64 : 12);
    case 'b': return bits(random);
    case 'O': return open_flags(random);
    case 'M': return below(random, 4) ? 0777 : next_random(random) & 0177777;
    case 'C': return below(random, 12);
    case 'g': return below(random, 66);
    case 'P': return process(random);
    case 'u': return one_in(random, 2) ? (uint64_t)-1 : below(random, 2) * 65534;
    case 't': return short_time(random);
    case 's': set = bits(random) & ~(UINT64_C(1) << (SIGALRM - 1)); return (uint64_t)&set;
    case 'q': return 8;
    case 'c': return below(random, one_in(random, 8) ? 1100 : 12);
    case 'U': return socket_name(random);
    case 'H': return message(random);
    default: return wild(random);
    }
}
