// build: musl
// What kernels cost: `bench time ROW…`, `bench count ROW…` (all rows if none is named), `bench list`; `bench true` is the small
// program of the rows that run one; `bench memory` prints `memory FREE` in KiB; `bench boot` marks that the first program runs,
// and has a shell's prompt mark that it is there (boot.c).
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

static const struct row *const LISTS[] = {boot_rows, call_rows, file_rows, memory_rows, process_rows, talk_rows, disk_rows,
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
    // The first may have been slow: what is touched the first time. What takes long by itself is not repeated as often.
    int is_long = took > 16 * BATCH;
    if (!is_long) took = ticks(row, count);
    while (took < BATCH && count < 1u << 24) {
        count *= took < BATCH / 16 ? 8 : 2;
        took = ticks(row, count);
    }
    double best = (double)took / count;
    for (int i = 0; i < (is_long ? 2 : BATCHES); i++) {
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
    mark_begin();
    row->work(row->count);
    mark_end();
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

// The memory that is free while nothing runs but us.
static void tell_memory(void) {
    char line[256];
    unsigned long available = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file)) sscanf(line, "MemFree: %lu", &available);
    printf("memory %lu\n", available);
}

static void run_all(int counting, char **names) {
    for (unsigned list = 0; list < sizeof LISTS / sizeof *LISTS; list++) {
        for (const struct row *row = LISTS[list]; row->name; row++) {
            if (is_wanted(row, names) && row->work) run(row, counting);
        }
    }
}

static void tell_list(char **names) {
    for (unsigned list = 0; list < sizeof LISTS / sizeof *LISTS; list++) {
        for (const struct row *row = LISTS[list]; row->name; row++) {
            if (is_wanted(row, names)) printf("row %s %s\n", row->name, row->what);
        }
    }
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "time";
    char **names = argc > 2 ? argv + 2 : argv + argc;
    if (!strcmp(what, "true")) return 0;
    if (!strcmp(what, "prompt")) return tell_prompt();
    if (!strcmp(what, "boot")) tell_boot();
    else if (!strcmp(what, "memory")) tell_memory();
    else if (!strcmp(what, "list")) tell_list(names);
    else run_all(!strcmp(what, "count"), names);
    printf("end\n");
    return 0;
}
