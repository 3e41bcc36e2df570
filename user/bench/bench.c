// build: musl
// What kernels cost: `bench time ROW…`, `bench count ROW…` (all rows if none is named), `bench list`; `bench true` is the small
// program of the rows that run one; `bench memory` prints `memory ALL USED` in KiB.
//
// Time is the processor's counter of cycles, never the clock of the kernel that is measured. A row runs in a process of its own, so
// that one which fails, or hangs, is told as missing and the others go on. `time` prints
//     time ROW TICKS      the quickest batch's ticks for an operation, which others on the same computer disturb least
// `count` does a fixed number of operations between two marks that QEMU's plugin (tools/count-plugin.c) sees, and prints
//     count ROW OPERATIONS FAULTS
// and for what cannot be had either prints `missing ROW WHY`.
#include "bench.h"
#include <sys/resource.h>
#include <x86intrin.h>

enum { BATCHES = 9, PATIENCE = 30 };
// A batch takes so long, in ticks: a few milliseconds, many times what reading the counter costs.
static const unsigned long long BATCH = 8 << 20;

static const struct row *const LISTS[] = {call_rows, file_rows, memory_rows, process_rows, talk_rows, disk_rows,
                                    other_rows, application_rows};
static const struct row *current;

_Noreturn void missing(const char *what) {
    printf("missing %s %s: %s\n", current->name, what, strerror(errno));
    fflush(stdout);
    _exit(0);
}

static unsigned long long ticks(const struct row *row, unsigned count) {
    unsigned long long start = __rdtsc();
    row->work(count);
    return __rdtsc() - start;
}

static void measure_time(const struct row *row) {
    unsigned count = 1;
    unsigned long long took = ticks(row, count);
    // The first may have been slow: what is touched the first time.
    took = ticks(row, count);
    while (took < BATCH && count < 1u << 24) {
        count *= took < BATCH / 16 ? 8 : 2;
        took = ticks(row, count);
    }
    double best = (double)took / count;
    // What takes long by itself is not repeated as often.
    int batches = took > 16 * BATCH ? 2 : BATCHES;
    for (int i = 0; i < batches; i++) {
        double one = (double)ticks(row, count) / count;
        if (one < best) best = one;
    }
    printf("time %s %.1f\n", row->name, best);
}

static long faults(void) {
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return own.ru_minflt + own.ru_majflt + children.ru_minflt + children.ru_majflt;
}

static void measure_count(const struct row *row) {
    row->work(row->count);
    long before = faults();
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x01, 0x0c, 0x0b, 0x5e" ::: "memory");
    row->work(row->count);
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x02, 0x0c, 0x0b, 0x5e" ::: "memory");
    printf("count %s %u %ld\n", row->name, row->count, faults() - before);
}

static void run(const struct row *row, int counting) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        current = row;
        alarm(PATIENCE);
        if (row->start) row->start(row->argument);
        (counting ? measure_count : measure_time)(row);
        fflush(stdout);
        // Whoever the row has started ends with it.
        signal(SIGTERM, SIG_IGN);
        setpgid(0, 0);
        _exit(0);
    }
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (status != 0) {
        printf("missing %s %s %d\n", row->name, WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
}

static int is_wanted(const struct row *row, char **names) {
    if (!*names) return 1;
    for (; *names; names++) {
        size_t length = strlen(*names);
        // A name, or the beginning of several.
        if (!strncmp(row->name, *names, length)) return 1;
    }
    return 0;
}

// How long the machine has run when its first program begins; the counter starts with it.
static void tell_boot(unsigned long long now, int counting) {
    if (counting) {
        __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x02, 0x0c, 0x0b, 0x5e" ::: "memory");
        printf("count boot 1 0\n");
    } else {
        printf("time boot %llu.0\n", now);
    }
}

// The memory that is in use while nothing runs but us.
static void tell_memory(void) {
    char line[256];
    unsigned long all = 0, available = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "MemTotal: %lu", &all);
        sscanf(line, "MemAvailable: %lu", &available);
    }
    printf("memory %lu %lu\n", all, all - available);
}

int main(int argc, char **argv) {
    unsigned long long now = __rdtsc();
    const char *what = argc > 1 ? argv[1] : "time";
    if (!strcmp(what, "true")) return 0;
    char **names = argc > 2 ? argv + 2 : argv + argc;
    static const struct row boot = {"boot", "from the machine's start to its first program", 1};
    int counting = !strcmp(what, "count");
    if (!strcmp(what, "memory")) tell_memory();
    else if (is_wanted(&boot, names) && !strcmp(what, "list")) printf("row %s %s\n", boot.name, boot.what);
    else if (is_wanted(&boot, names)) tell_boot(now, counting);
    for (unsigned list = 0; list < sizeof LISTS / sizeof *LISTS; list++) {
        for (const struct row *row = LISTS[list]; row->name; row++) {
            if (!is_wanted(row, names) || !strcmp(what, "memory")) continue;
            if (!strcmp(what, "list")) {
                printf("row %s %s\n", row->name, row->what);
            } else {
                run(row, counting);
            }
        }
    }
    printf("end\n");
    return 0;
}
