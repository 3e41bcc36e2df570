// Rows that other people's benchmarks (stress-ng, lmbench, libMicro) have.
#include "bench.h"
#include <sched.h>
#include <sys/random.h>
#include <time.h>

static char buffer[8192];
static char *memory;
enum { MEMORY = 4 << 20 };

static void clock_time(unsigned n) {
    struct timespec now;
    while (n--) clock_gettime(CLOCK_MONOTONIC, &now);
}

static void processor(unsigned n) {
    while (n--) sched_getcpu();
}

static void random_bytes(unsigned n) {
    while (n--) getrandom(buffer, 4096, 0);
}

static void start_residence(long argument) {
    memory = (char *)NEED(mmap(0, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memset(memory, 1, MEMORY);
}

static void residence(unsigned n) {
    while (n--) mincore(memory, MEMORY, (unsigned char *)buffer);
}

static void read_proc(unsigned n, const char *path) {
    while (n--) {
        int file = open(path, O_RDONLY);
        while (read(file, buffer, sizeof buffer) > 0) {}
        close(file);
    }
}

static void own_maps(unsigned n) { read_proc(n, "/proc/self/maps"); }
static void own_status(unsigned n) { read_proc(n, "/proc/self/status"); }

const struct row other_rows[] = {
    {"clock", "clock_gettime", 1000, clock_time},
    {"getcpu", "getcpu", 1000, processor},
    {"random-4k", "4 KiB of getrandom", 100, random_bytes},
    {"mincore-4m", "mincore of 4 MiB", 20, residence, start_residence},
    {"proc-maps", "/proc/self/maps, read", 50, own_maps},
    {"proc-status", "/proc/self/status, read", 50, own_status},
    {0},
};
