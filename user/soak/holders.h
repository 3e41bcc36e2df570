// Who may hold the memory that is missing: printed when something is, so that one failure is enough.
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

// Files that are smaller are not worth a line.
enum { WORTH_TELLING = 64 * 1024 };

// When the first look was.
static time_t began;

static int tell_file(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)place;
    if (strcmp(path, "/proc") == 0 || strcmp(path, "/sys") == 0)
        return FTW_SKIP_SUBTREE;
    long held = (long)stat->st_blocks * 512;
    if (kind == FTW_F && held >= WORTH_TELLING && stat->st_ctime >= began)
        printf("  %ld KiB in %s, of %d links\n", held / 1024, path, (int)stat->st_nlink);
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

// The kernel's own numbers, the files that are large and new, mounts, and objects of System V.
static void tell_holders(void)
{
    static const char *const texts[] = {
        "/proc/meminfo", "/proc/slabinfo", "/proc/mounts", "/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        tell_text(texts[i]);
    printf("new files of more than %d KiB:\n", WORTH_TELLING / 1024);
    nftw("/", tell_file, 16, FTW_PHYS | FTW_ACTIONRETVAL);
}
