// The files of /proc/PID: their fields, their agreement with each other, and who may read them.
#include "../process.h"
#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static char text[1 << 16];

// Reads all of a file; its length.
static int read_file(const char *path)
{
    int file = SUCCEED(open(path, O_RDONLY)), length = 0, count;
    while ((count = SUCCEED(read(file, text + length, sizeof text - 1 - length))) > 0)
        length += count;
    text[length] = 0;
    close(file);
    return length;
}

// The number behind a name at the start of a line.
static long number(const char *name)
{
    for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
            return strtol(line + strlen(name) + 1, NULL, 10);
    FAIL("no line %s", name);
}

static void status(void)
{
    static const char *const NAMES[] = {
        "Name", "Umask", "State", "Tgid", "Ngid", "Pid", "PPid", "TracerPid", "Uid", "Gid", "FDSize", "Groups", "VmPeak", "VmSize",
        "VmLck", "VmHWM", "VmRSS", "RssAnon", "RssFile", "RssShmem", "VmData", "VmStk", "VmExe", "VmSwap", "Threads", "SigQ", "SigPnd",
        "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Cpus_allowed_list",
        "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches",
    };
    read_file("/proc/self/status");
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        number(NAMES[i]);
    EQUAL(number("Pid"), getpid());
    EQUAL(number("PPid"), getppid());
    EQUAL(number("Threads"), 1);
    CHECK(number("VmPeak") >= number("VmSize"));
    CHECK(number("VmHWM") >= number("VmRSS"));
    EQUAL(number("VmRSS"), number("RssAnon") + number("RssFile") + number("RssShmem"));
}

// What is mapped and touched is told.
static void growth(void)
{
    enum { SIZE = 8 << 20 };
    read_file("/proc/self/status");
    long size = number("VmSize"), anonymous = number("RssAnon");
    char *place = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
    // A large page would be more than what is touched.
    madvise(place, SIZE, MADV_NOHUGEPAGE);
    memset(place, 1, SIZE / 2);
    read_file("/proc/self/status");
    EQUAL(number("VmSize") - size, SIZE >> 10);
    // Linux counts late, by up to 64 pages a thread.
    CHECK(labs(number("RssAnon") - anonymous - (SIZE >> 11)) <= 512);
    SUCCEED(munmap(place, SIZE));
    read_file("/proc/self/status");
    CHECK(number("VmPeak") >= size + (SIZE >> 10) && number("VmSize") < number("VmPeak"));
}

static void stat_line(void)
{
    long value[53] = {0};
    read_file("/proc/self/stat");
    char *at = strrchr(text, ')');
    CHECK(at && at[1] == ' ' && at[2] == 'R');
    at += 3;
    int count = 3;
    for (char *end; count < 52 && (value[++count] = strtol(at, &end, 10), end != at); at = end)
        ;
    EQUAL(count, 52);
    EQUAL(*at, '\n');
    EQUAL(value[4], getppid());
    EQUAL(value[5], getpgrp());
    EQUAL(value[20], 1);
    // start_code and end_code hold this function, start_stack is above a local variable, the arguments follow the stack's start.
    CHECK((unsigned long)value[26] <= (unsigned long)stat_line && (unsigned long)stat_line < (unsigned long)value[27]);
    CHECK((unsigned long)value[28] > (unsigned long)value && value[48] > value[28] && value[49] > value[48] && value[50] == value[49]);
}

static void auxiliary(void)
{
    int length = read_file("/proc/self/auxv");
    Elf64_auxv_t *entry = (Elf64_auxv_t *)text;
    EQUAL(length % sizeof *entry, 0);
    for (; entry->a_type != AT_NULL; entry++) {
        // The C library gives AT_HWCAP a meaning of its own.
        if (entry->a_type != AT_HWCAP)
            EQUAL(entry->a_un.a_val, getauxval(entry->a_type));
    }
    EQUAL((char *)(entry + 1) - text, length);
}

static void memory(void)
{
    static volatile int here = 4711;
    int file = SUCCEED(open("/proc/self/mem", O_RDWR)), value = 0;
    EQUAL(pread(file, &value, sizeof value, (off_t)(long)&here), sizeof value);
    EQUAL(value, 4711);
    value = 815;
    EQUAL(pwrite(file, &value, sizeof value, (off_t)(long)&here), sizeof value);
    EQUAL(here, 815);
    EXPECT_ERRNO(pread(file, &value, sizeof value, 0x10), EIO);
    close(file);
}

// The sums of smaps are those of smaps_rollup and of status.
static void small_maps(void)
{
    long sums[2] = {0};
    read_file("/proc/self/smaps");
    int regions = 0;
    for (char *line = text; *line; line = strchr(line, '\n') + 1) {
        sums[0] += strncmp(line, "Size:", 5) ? 0 : atol(line + 5);
        sums[1] += strncmp(line, "Rss:", 4) ? 0 : atol(line + 4);
        regions += !strncmp(line, "VmFlags: ", 9);
    }
    CHECK(regions >= 4);
    read_file("/proc/self/smaps_rollup");
    CHECK(strstr(text, "[rollup]\n"));
    CHECK(labs(number("Rss") - sums[1]) <= 64);
    CHECK(number("Pss") <= number("Rss"));
    read_file("/proc/self/status");
    CHECK(sums[0] <= number("VmSize") + 64 && sums[0] + 64 >= number("VmSize"));
}

static void names(void)
{
    int file = SUCCEED(open("/proc/self/comm", O_RDWR));
    EQUAL(write(file, "a much longer name", 18), 18);
    char name[17] = {0};
    SUCCEED(prctl(PR_GET_NAME, name));
    CHECK(!strcmp(name, "a much longer n"));
    read_file("/proc/self/comm");
    CHECK(!strcmp(text, "a much longer n\n"));
    close(file);
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    snprintf(text, sizeof text, "/proc/%d/comm", child);
    file = SUCCEED(open(text, O_WRONLY));
    EXPECT_ERRNO(write(file, "no", 2), EINVAL);
    close(file);
    kill(child, 9), wait_for(child);
}

static void write_number(const char *number, int error)
{
    int file = SUCCEED(open("/proc/self/oom_score_adj", O_WRONLY));
    if (error)
        EXPECT_ERRNO(write(file, number, strlen(number)), error);
    else
        EQUAL(write(file, number, strlen(number)), strlen(number));
    close(file);
}

static void killed_first(void)
{
    write_number("1001", EINVAL);
    write_number("x", EINVAL);
    write_number("500", 0);
    read_file("/proc/self/oom_score_adj");
    EQUAL(atoi(text), 500);
    read_file("/proc/self/oom_score");
    CHECK(atoi(text) > 0);
    EQUAL(IN_CHILD(read_file("/proc/self/oom_score_adj"); EQUAL(atoi(text), 500)), 0);
    write_number("0", 0);
}

static void as_nobody(void)
{
    static const char *const SECRET[] = {"environ", "maps", "smaps", "smaps_rollup", "auxv", "mem", "personality", "stack"};
    char path[64];
    pid_t parent = getppid();
    SUCCEED(setuid(4711));
    for (unsigned i = 0; i < sizeof SECRET / sizeof *SECRET; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", parent, SECRET[i]);
        int file = open(path, O_RDONLY);
        int refused = file == -1 ? errno : read(file, text, 100) == -1 ? errno : 0;
        if (refused != EACCES && refused != EPERM)
            FAIL("%s: %s", path, strerror(refused));
    }
    snprintf(path, sizeof path, "/proc/%d/fd", parent);
    EXPECT_ERRNO(open(path, O_RDONLY), EACCES);
    snprintf(path, sizeof path, "/proc/%d/exe", parent);
    EXPECT_ERRNO(readlink(path, text, 100), EACCES);
    snprintf(path, sizeof path, "/proc/%d/status", parent);
    SUCCEED(open(path, O_RDONLY));
    snprintf(path, sizeof path, "/proc/%d/stat", parent);
    SUCCEED(open(path, O_RDONLY));
}

int main(void)
{
    status();
    growth();
    stat_line();
    auxiliary();
    memory();
    small_maps();
    names();
    killed_first();
    EQUAL(IN_CHILD(as_nobody()), 0);
}
