// Tables of cases: each has a name, all are tried, and every one that fails is told.
#pragma once

#include "test.h"
#include <sys/mount.h>
#include <sys/stat.h>

static int failed_cases;

static inline void judge(const char *name, long value, int is, int must)
{
    if (value != -1)
        is = 0;
    if (is == must)
        return;
    printf("%s: %s (%d), not %s (%d); value %ld\n", name, strerror(is), is, strerror(must), must, value);
    failed_cases++;
}

// A call that must fail with this error, or succeed if that is 0.
#define CASE(name, call, error)                                 \
    do {                                                        \
        errno = 0;                                              \
        long value_ = (long)(call);                             \
        judge(name, value_, errno, error);                      \
    } while (0)

// A call that must give this value.
#define GIVES(name, call, must)                                 \
    do {                                                        \
        errno = 0;                                              \
        long gives_ = (long)(call), must_ = (long)(must);       \
        if (gives_ != must_) {                                  \
            printf("%s: %ld (errno %d), not %ld\n", name, gives_, errno, must_); \
            failed_cases++;                                     \
        }                                                       \
    } while (0)

// Where in_fresh_folder has mounted.
static const char *fresh_folder;

// What the program ends with.
static inline int end_cases(void)
{
    if (fresh_folder) {
        SUCCEED(chdir("/"));
        SUCCEED(umount2(fresh_folder, MNT_DETACH));
    }
    return failed_cases != 0;
}

// The statement as a user without rights.
#define AS_NOBODY(statement)                                    \
    do {                                                        \
        SUCCEED(setegid(65534));                                \
        SUCCEED(seteuid(65534));                                \
        statement;                                              \
        SUCCEED(seteuid(0));                                    \
        SUCCEED(setegid(0));                                    \
    } while (0)

// A name of this many bytes.
static inline const char *long_name(int length)
{
    static char name[8192];
    memset(name, 'n', sizeof name);
    name[length] = 0;
    return name;
}

// An empty tmpfs to work in, which is the working directory then, until end_cases.
static inline void in_fresh_folder(const char *place)
{
    umask(0);
    // Whoever started this may have left some open, and cases count on the next number.
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    if (geteuid() != 0)
        SKIP("needs root");
    mkdir(place, 0755);
    if (mount("none", place, "tmpfs", 0, "mode=755") != 0)
        SKIP("mounting is not allowed here");
    fresh_folder = place;
    SUCCEED(chdir(place));
}

// An empty file with this mode.
static inline void make_file(const char *path, int mode)
{
    SUCCEED(mknod(path, S_IFREG | mode, 0));
}

// Waits until the clock that files take their times from has moved on (it may stand for 10 ms), in the working
// directory, which is one for tests.
static inline void await_file_clock(void)
{
    struct stat about;
    make_file("clock", 0600);
    SUCCEED(stat("clock", &about));
    struct timespec start = about.st_ctim;
    do {
        SUCCEED(chmod("clock", 0600));
        SUCCEED(stat("clock", &about));
    } while (about.st_ctim.tv_sec == start.tv_sec && about.st_ctim.tv_nsec == start.tv_nsec);
    SUCCEED(unlink("clock"));
}
