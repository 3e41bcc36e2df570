// The files of /proc that tell of the whole system: their form, and that they agree with the calls that tell the same.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static char text[1 << 16];

static int read_file(const char *path)
{
    int file = SUCCEED(open(path, O_RDONLY)), length = 0, count;
    while ((count = SUCCEED(read(file, text + length, sizeof text - 1 - length))) > 0)
        length += count;
    text[length] = 0;
    close(file);
    return length;
}

static void memory(void)
{
    static const char *const NAMES[] = {
        "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "SwapTotal", "SwapFree", "Dirty", "Writeback", "Mapped",
        "Shmem", "Slab", "SReclaimable", "SUnreclaim", "CommitLimit", "Committed_AS",
    };
    read_file("/proc/meminfo");
    for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char name[40];
        long size = -1;
        snprintf(name, sizeof name, "%s:", NAMES[i]);
        char *line = strstr(text, name);
        CHECK(line && (line == text || line[-1] == '\n'));
        EQUAL(sscanf(line + strlen(name), "%ld kB\n", &size), 1);
        // The unit stands in the same column of each line.
        EQUAL(strchr(line, '\n') - line, 27);
        if (i == 0) {
            struct sysinfo info;
            SUCCEED(sysinfo(&info));
            EQUAL(size, info.totalram * info.mem_unit / 1024);
        }
    }
}

static void names(void)
{
    struct utsname name;
    SUCCEED(uname(&name));
    const struct { const char *path, *text; } PAIRS[] = {
        {"/proc/sys/kernel/ostype", name.sysname},
        {"/proc/sys/kernel/osrelease", name.release},
        {"/proc/sys/kernel/version", name.version},
        {"/proc/sys/kernel/hostname", name.nodename},
        {"/proc/sys/kernel/domainname", name.domainname},
    };
    for (unsigned i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        read_file(PAIRS[i].path);
        EQUAL(strlen(text), strlen(PAIRS[i].text) + 1);
        CHECK(!strncmp(text, PAIRS[i].text, strlen(PAIRS[i].text)));
    }
    read_file("/proc/version");
    char start[100];
    snprintf(start, sizeof start, "Linux version %.60s (", name.release);
    CHECK(!strncmp(text, start, strlen(start)));
}

static void counts(void)
{
    static const char *const LINES[] = {"cpu  ", "cpu0 ", "intr ", "ctxt ", "btime ", "processes ", "procs_running ", "procs_blocked "};
    read_file("/proc/stat");
    char *at = text;
    for (unsigned i = 0; i < sizeof LINES / sizeof *LINES; i++)
        CHECK((at = strstr(at, LINES[i])) && (at == text || at[-1] == '\n'));
    long times[10];
    EQUAL(sscanf(text, "cpu  %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld\n", times, times + 1, times + 2, times + 3, times + 4, times + 5, times + 6,
                 times + 7, times + 8, times + 9), 10);
    double up, idle;
    read_file("/proc/uptime");
    EQUAL(sscanf(text, "%lf %lf\n", &up, &idle), 2);
    double load[3];
    int running, all, last;
    read_file("/proc/loadavg");
    EQUAL(sscanf(text, "%lf %lf %lf %d/%d %d\n", load, load + 1, load + 2, &running, &all, &last), 6);
    CHECK(running >= 1 && all >= running && last >= 1);
    read_file("/proc/vmstat");
    CHECK(strstr(text, "nr_free_pages ") && strstr(text, "\npgfault ") && strstr(text, "\npgmajfault "));
}

static void numbers(void)
{
    static const char *const FILES_[] = {
        "kernel/pid_max", "kernel/threads-max", "kernel/ngroups_max", "kernel/cap_last_cap", "kernel/overflowuid", "kernel/panic",
        "kernel/randomize_va_space", "kernel/random/entropy_avail", "fs/file-max", "fs/nr_open", "fs/pipe-max-size", "vm/max_map_count",
        "vm/overcommit_memory", "vm/overcommit_ratio", "vm/mmap_min_addr",
    };
    for (unsigned i = 0; i < sizeof FILES_ / sizeof *FILES_; i++) {
        char path[64], end;
        long long value;
        snprintf(path, sizeof path, "/proc/sys/%s", FILES_[i]);
        read_file(path);
        EQUAL(sscanf(text, "%lld%c", &value, &end), 2);
        EQUAL(end, '\n');
    }
    read_file("/proc/sys/kernel/random/boot_id");
    char first[64];
    strcpy(first, text);
    EQUAL(strlen(text), 37);
    read_file("/proc/sys/kernel/random/boot_id");
    CHECK(!strcmp(first, text));
    read_file("/proc/sys/kernel/random/uuid");
    strcpy(first, text);
    read_file("/proc/sys/kernel/random/uuid");
    CHECK(strcmp(first, text));
}

static void disks(void)
{
    read_file("/proc/diskstats");
    for (char *line = text; *line; line = strchr(line, '\n') + 1) {
        int fields = 0, at = 0, more;
        for (char word[64]; sscanf(line + at, "%63[^ \n]%n", word, &more) == 1 || (more = 1, line[at] == ' '); at += more)
            fields += line[at] != ' ';
        CHECK(fields >= 17);
    }
}

int main(void)
{
    memory();
    names();
    counts();
    numbers();
    disks();
}
