// Rows: reads of the second disk, past every cache.
#include "bench.h"

enum { MEBIBYTE = 1 << 20, DISK = 64 * MEBIBYTE, READERS = 8 };

static int fd, is_random, readers;
static long size;
static int orders[2], done[2];

// Places that follow no order, the same every time.
static long place(unsigned i) {
    unsigned long slots = DISK / size;
    unsigned long slot = is_random ? (i * 2654435761u >> 7) % slots : i % slots;
    return (long)slot * size;
}
static void read_some(char *to, unsigned first, unsigned count, unsigned step) {
    for (unsigned i = 0; i < count; i++) {
        if (pread(fd, to, size, place(first + i * step)) != size) missing("pread");
    }
}

static char *aligned(void) {
    void *at = mmap(NULL, MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(at, 1, MEBIBYTE);
    return at;
}
static char *own;

// A process that reads its share whenever it is told how much.
static void serve(unsigned number) {
    unsigned count;
    while (read(orders[0], &count, sizeof count) == sizeof count) {
        read_some(own, number, count, READERS);
        write(done[1], &count, 1);
    }
    _exit(0);
}

static void start(long argument) {
    size = argument / 100 * 1024;
    is_random = argument / 10 % 10;
    readers = argument % 10;
    fd = NEED(open("/dev/vdb", O_RDONLY | O_DIRECT));
    own = aligned();
    if (readers == 1) return;
    NEED(pipe(orders));
    NEED(pipe(done));
    for (int i = 0; i < readers; i++) {
        if (NEED(fork()) == 0) {
            close(orders[1]);
            own = aligned();
            serve(i);
        }
    }
    close(orders[0]);
}

static void read_disk(unsigned n) {
    if (readers == 1) return read_some(own, 0, n, 1);
    unsigned share = (n + readers - 1) / readers;
    char byte;
    for (int i = 0; i < readers; i++) write(orders[1], &share, sizeof share);
    for (int i = 0; i < readers; i++) read(done[0], &byte, 1);
}

#define DISK_ROW(name, what, kib, random, readers) \
    {name, what, kib == 4 ? 64 : 8, read_disk, start, kib * 100 + random * 10 + readers}

const struct row disk_rows[] = {
    DISK_ROW("disk-4k", "4 KiB of the disk, in order", 4, 0, 1),
    DISK_ROW("disk-4k-random", "4 KiB of the disk, anywhere", 4, 1, 1),
    DISK_ROW("disk-4k-8", "4 KiB, in order, eight in flight", 4, 0, 8),
    DISK_ROW("disk-4k-random-8", "4 KiB, anywhere, eight in flight", 4, 1, 8),
    DISK_ROW("disk-1m", "1 MiB of the disk, in order", 1024, 0, 1),
    DISK_ROW("disk-1m-random", "1 MiB of the disk, anywhere", 1024, 1, 1),
    DISK_ROW("disk-1m-8", "1 MiB, in order, eight in flight", 1024, 0, 8),
    DISK_ROW("disk-1m-random-8", "1 MiB, anywhere, eight in flight", 1024, 1, 8),
    {0},
};
