// Rows that other people's benchmarks (stress-ng, lmbench, libMicro) have.
#include "bench.h"
#include <sched.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

static char buffer[65536];
static int null, file, to[2];
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

static void zeros(unsigned n) {
    while (n--) read(file, buffer, sizeof buffer);
}
static void start_zeros(long argument) { file = NEED(open("/dev/zero", O_RDONLY)); }

// Bytes that no program looks at: a cached file, a pipe, and where they go.
static void start_moving(long argument) {
    null = NEED(open("/dev/null", O_WRONLY));
    file = NEED(open("/tmp/moving", O_RDWR | O_CREAT | O_TRUNC, 0644));
    NEED(write(file, buffer, sizeof buffer));
    NEED(pipe(to));
}
static void send_file(unsigned n) {
    for (off_t from = 0; n--; from = 0) sendfile(null, file, &from, sizeof buffer);
}
static void splice_file(unsigned n) {
    for (off_t from = 0; n--; from = 0) {
        splice(file, &from, to[1], NULL, sizeof buffer, 0);
        splice(to[0], NULL, null, NULL, sizeof buffer, 0);
    }
}
static void splice_memory(unsigned n) {
    struct iovec all = {buffer, sizeof buffer};
    while (n--) {
        vmsplice(to[1], &all, 1, 0);
        splice(to[0], NULL, null, NULL, sizeof buffer, 0);
    }
}

static void start_large(long argument) {
    memory = (char *)NEED(mmap(0, argument, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memset(memory, 1, argument);
}
static void fork_large(unsigned n) {
    while (n--) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        waitpid(child, NULL, 0);
    }
}

static void yield(unsigned n) {
    while (n--) sched_yield();
}
static void set_timer(unsigned n) {
    struct itimerval later = {.it_value = {1000, 0}};
    while (n--) setitimer(ITIMER_REAL, &later, NULL);
}
static void set_mask(unsigned n) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    while (n--) sigprocmask(SIG_BLOCK, &one, NULL);
}

const struct row other_rows[] = {
    {"clock", "clock_gettime", 1000, clock_time},
    {"getcpu", "getcpu", 1000, processor},
    {"random-4k", "4 KiB of getrandom", 100, random_bytes},
    {"mincore-4m", "mincore of 4 MiB", 20, residence, start_residence},
    {"proc-maps", "/proc/self/maps, read", 50, own_maps},
    {"proc-status", "/proc/self/status, read", 50, own_status},
    {"zero-64k", "64 KiB of /dev/zero", 20, zeros, start_zeros},
    {"sendfile-64k", "sendfile of 64 KiB of a cached file to /dev/null", 20, send_file, start_moving},
    {"splice-64k", "the same by splice, through a pipe", 20, splice_file, start_moving},
    {"vmsplice-64k", "64 KiB of memory to /dev/null, through a pipe", 20, splice_memory, start_moving},
    {"fork-64m", "fork of 64 MiB that were written, exit, wait", 5, fork_large, start_large, 64 << 20},
    {"yield", "sched_yield with nobody else ready", 1000, yield},
    {"timer", "setitimer", 1000, set_timer},
    {"mask", "sigprocmask", 1000, set_mask},
    {0},
};
