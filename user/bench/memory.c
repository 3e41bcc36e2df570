// Rows: page faults, mappings, the heap.
#include "bench.h"

enum { PAGE = 4096, MEBIBYTE = 1 << 20, PIECE = 256 * PAGE };

static int fd;
static long length;

// A page is touched for the first time; mapping and unmapping 256 of them is part of it, a 128th each.
static void fault_anonymous(unsigned n) {
    for (unsigned done = 0; done < n; done += 256) {
        char *at = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (unsigned page = 0; page < 256; page++) at[page * PAGE] = 1;
        munmap(at, PIECE);
    }
}

static void make_file(long bytes) {
    static char block[65536];
    fd = NEED(open("/tmp/bench-mapped", O_RDWR | O_CREAT | O_TRUNC, 0600));
    NEED(unlink("/tmp/bench-mapped"));
    for (long done = 0; done < bytes; done += sizeof block) NEED(write(fd, block, sizeof block));
    length = bytes;
}

static volatile char sink;
static void fault_file(unsigned n) {
    for (unsigned done = 0; done < n; done += 256) {
        char *at = mmap(NULL, PIECE, PROT_READ, MAP_SHARED, fd, 0);
        for (unsigned page = 0; page < 256; page++) sink = at[page * PAGE];
        munmap(at, PIECE);
    }
}

static void map_unmap(unsigned n) {
    while (n--) munmap(mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), length);
}
static void set_length(long bytes) { length = bytes; }

// musl's own brk does nothing; the kernel's is asked for.
static void move_break(unsigned n) {
    long end = syscall(SYS_brk, 0);
    while (n--) {
        syscall(SYS_brk, end + 4 * PAGE);
        syscall(SYS_brk, end);
    }
}

// Reads a file of 4 MiB through a mapping, a word of each 64 bytes; an operation is 64 KiB.
static char *mapped;
static void start_mapped(long bytes) {
    make_file(bytes);
    mapped = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    NEED((long)mapped);
}
static void read_mapped(unsigned n) {
    long at = 0;
    while (n--) {
        for (long end = at + 65536; at < end; at += 64) sink = mapped[at];
        if (at == length) at = 0;
    }
}

const struct row memory_rows[] = {
    {"fault-anonymous", "a fresh page, written", 4096, fault_anonymous},
    {"fault-file", "a page of a mapped file, read", 4096, fault_file, make_file, PIECE},
    {"map-1m", "mmap and munmap of 1 MiB, untouched", 2000, map_unmap, set_length, MEBIBYTE},
    {"map-64m", "mmap and munmap of 64 MiB, untouched", 2000, map_unmap, set_length, 64 * MEBIBYTE},
    {"brk", "brk up and down by 16 KiB", 2000, move_break},
    {"read-mapped", "64 KiB of a mapped file", 200, read_mapped, start_mapped, 4 * MEBIBYTE},
    {0},
};
