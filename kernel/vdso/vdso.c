// The time of day without a system call: vdso(7). This runs in programs. The kernel maps it into each (process/exec/vdso.rs), with the
// page behind it (machine/clock_page.rs), which says what to make of the processor's counter. What cannot be told from there is asked of
// the kernel. vdso.ld says how it is laid out.
#include <stdint.h>

#define PAGE_SIZE 4096
enum { SYS_clock_gettime = 228, SYS_gettimeofday = 96, SYS_time = 201, SYS_clock_getres = 229 };
enum { REALTIME, MONOTONIC, MONOTONIC_RAW = 4, REALTIME_COARSE, MONOTONIC_COARSE, BOOTTIME };
static const uint64_t SECOND = 1000000000;

struct page {
    // Changes before and after the rest does; odd in between.
    uint32_t version;
    uint32_t unused;
    // Nanoseconds since the start = base_time + (counter - base_counter) * rate / 2^32
    uint64_t base_counter, base_time, rate;
    // The date at the start in nanoseconds since 1970; 0 if that is not all there is to the date.
    uint64_t date_at_start;
};
struct timespec { int64_t seconds, nanoseconds; };
struct timeval { int64_t seconds, microseconds; };

// The start of this image, by the linker.
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static long call(long number, long first, void *second) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
    return result;
}

// What a clock counts from. The others only the kernel knows.
enum { UNKNOWN, START, DATE };
static const uint8_t BEGINS[] = {
    [REALTIME] = DATE, [REALTIME_COARSE] = DATE,
    [MONOTONIC] = START, [MONOTONIC_RAW] = START, [MONOTONIC_COARSE] = START, [BOOTTIME] = START,
};

// Nanoseconds since the start, or since 1970; 0 if only the kernel knows.
static inline uint64_t now(int begin) {
    const volatile struct page *page = (const volatile struct page *)(__ehdr_start + PAGE_SIZE);
    for (;;) {
        uint32_t version = page->version, low, high;
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
        uint64_t counter = (uint64_t)high << 32 | low, base = page->base_counter;
        uint64_t ticks = counter > base ? counter - base : 0;
        uint64_t time = page->base_time + (uint64_t)((unsigned __int128)ticks * page->rate >> 32);
        uint64_t date_at_start = page->date_at_start;
        __asm__ volatile("" ::: "memory");
        if (version % 2 != 0 || page->version != version) continue;
        if (begin == START) return time;
        return date_at_start ? date_at_start + time : 0;
    }
}

int __vdso_clock_gettime(unsigned clock, struct timespec *into) {
    // A look into a table: the compiler would make a shift by a variable of it, which is dear to emulate.
    int begin = clock < sizeof BEGINS ? BEGINS[clock] : UNKNOWN;
    uint64_t time = begin == UNKNOWN ? 0 : now(begin);
    if (time == 0) return call(SYS_clock_gettime, (int)clock, into);
    into->seconds = time / SECOND;
    into->nanoseconds = time % SECOND;
    return 0;
}

int __vdso_gettimeofday(struct timeval *into, void *zone) {
    uint64_t time = zone ? 0 : now(DATE);
    if (time == 0) return call(SYS_gettimeofday, (long)into, zone);
    if (into) {
        into->seconds = time / SECOND;
        into->microseconds = time % SECOND / 1000;
    }
    return 0;
}

int64_t __vdso_time(int64_t *into) {
    uint64_t time = now(DATE);
    if (time == 0) return call(SYS_time, (long)into, 0);
    if (into) *into = time / SECOND;
    return time / SECOND;
}

int __vdso_clock_getres(int clock, struct timespec *into) {
    return call(SYS_clock_getres, clock, into);
}

// There is one processor, until the kernel starts others.
int __vdso_getcpu(unsigned *processor, unsigned *node, void *unused) {
    (void)unused;
    if (processor) *processor = 0;
    if (node) *node = 0;
    return 0;
}
