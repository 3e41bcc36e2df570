// Rows: files and folders of the memory file system, and what is copied between kernel and program.
#include "bench.h"
#include <dirent.h>

enum { MEBIBYTE = 1 << 20 };
static char buffer[MEBIBYTE];
static int fd;
static long size;

static void start_cached(long piece) {
    fd = NEED(open("/tmp/bench-cached", O_RDWR | O_CREAT | O_TRUNC, 0600));
    NEED(unlink("/tmp/bench-cached"));
    for (int i = 0; i < 4; i++) NEED(write(fd, buffer, MEBIBYTE));
    size = piece;
}
static void read_cached(unsigned n) {
    long at = 0;
    while (n--) {
        pread(fd, buffer, size, at);
        at += size;
        if (at >= 4 * MEBIBYTE) at = 0;
    }
}
static void write_cached(unsigned n) {
    long at = 0;
    while (n--) {
        pwrite(fd, buffer, size, at);
        at += size;
        if (at >= 4 * MEBIBYTE) at = 0;
    }
}

// Files are made in one go and deleted in another, as many as fit a folder of some size.
enum { FILES = 200 };
static char *name_of(unsigned i) {
    static char name[32];
    snprintf(name, sizeof name, "/tmp/bench-files/f%u", i);
    return name;
}
static void start_files(long bytes) {
    size = bytes;
    if (mkdir("/tmp/bench-files", 0700) && errno != EEXIST) missing("mkdir");
}
static void create_delete(unsigned n) {
    for (unsigned done = 0; done < n;) {
        unsigned some = n - done < FILES ? n - done : FILES;
        for (unsigned i = 0; i < some; i++) {
            int file = open(name_of(i), O_WRONLY | O_CREAT | O_EXCL, 0600);
            if (size) write(file, buffer, size);
            close(file);
        }
        for (unsigned i = 0; i < some; i++) unlink(name_of(i));
        done += some;
    }
}

static void start_folder(long entries) {
    start_files(0);
    for (int i = 0; i < entries; i++) close(NEED(open(name_of(1000 + i), O_WRONLY | O_CREAT, 0600)));
}
static void list_folder(unsigned n) {
    while (n--) {
        DIR *folder = opendir("/tmp/bench-files");
        while (readdir(folder)) {}
        closedir(folder);
    }
}

static void start_walk(long depth) {
    char path[256] = "/tmp";
    for (int i = 0; i < depth; i++) {
        strcat(path, "/folder");
        if (mkdir(path, 0700) && errno != EEXIST) missing("mkdir");
    }
}
static void walk(unsigned n) {
    struct stat status;
    while (n--) stat("/tmp/folder/folder/folder/folder/folder/folder/folder/folder/folder/folder", &status);
}

const struct row file_rows[] = {
    {"create-0", "a file of 0 bytes, made and deleted", 1000, create_delete, start_files, 0},
    {"create-10k", "a file of 10 KiB, made and deleted", 400, create_delete, start_files, 10240},
    {"readdir-1000", "a folder of 1,000 entries, listed", 10, list_folder, start_folder, 1000},
    {"walk-10", "stat ten folders down", 2000, walk, start_walk, 10},
    {"read-64k", "64 KiB of a cached file", 200, read_cached, start_cached, 65536},
    {"copy-in-4k", "write of 4 KiB to a cached file", 1000, write_cached, start_cached, 4096},
    {"copy-in-1m", "write of 1 MiB to a cached file", 16, write_cached, start_cached, MEBIBYTE},
    {"copy-out-4k", "read of 4 KiB of a cached file", 1000, read_cached, start_cached, 4096},
    {"copy-out-1m", "read of 1 MiB of a cached file", 16, read_cached, start_cached, MEBIBYTE},
    {0},
};
