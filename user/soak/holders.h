// Who may hold the memory that is missing: printed when something is, so that one failure is enough.
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

// When the first look was.
static time_t began;

static int tell_file(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)place, (void)kind;
    if (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)
        return FTW_SKIP_SUBTREE;
    if (stat->st_ctime > began)
        printf("  %ld KiB in %s, mode %o, of %d links\n", (long)stat->st_blocks / 2, path, stat->st_mode, (int)stat->st_nlink);
    return FTW_CONTINUE;
}

static void tell_text(const char *path)
{
    char text[4096];
    FILE *file = fopen(path, "r");
    printf("%s:\n", path);
    while (file && fgets(text, sizeof text, file))
        printf("  %s", text);
    if (file)
        fclose(file);
}

// The kernel's own numbers, the files that are new or changed, mounts, and objects of System V.
static void tell_holders(void)
{
    static const char *const texts[] = {
        "/proc/meminfo", "/proc/slabinfo", "/proc/mounts", "/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        tell_text(texts[i]);
    printf("files that were made or changed:\n");
    nftw("/", tell_file, 16, FTW_PHYS | FTW_ACTIONRETVAL);
}
