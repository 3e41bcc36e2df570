// build: musl
// getdents64(2): every name once with its kind, in buffers of all sizes, and again after going back.
#include "../test.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct entry {
    unsigned long inode, next;
    unsigned short length;
    unsigned char kind;
    char name[];
};

static const char *names[] = {".", "..", "hello", "empty", "lines", "pattern", "folder", "link",
                              "folder-link", "loop", "dangling", "chain", "absolute"};
enum { NAMES = sizeof names / sizeof *names };

static unsigned char kind_of(const char *name)
{
    struct stat about;
    char path[100];
    snprintf(path, sizeof path, FILES "%s", name);
    SUCCEED(lstat(path, &about));
    return about.st_mode >> 12;
}

static void list(int folder, size_t size)
{
    static char buffer[4096] __attribute__((aligned(8)));
    int seen[NAMES] = {0}, others = 0;
    long count;
    while ((count = SUCCEED(syscall(SYS_getdents64, folder, buffer, size))) > 0)
        for (long at = 0; at < count;) {
            struct entry *entry = (void *)(buffer + at);
            EQUAL(entry->length % 8, 0);
            CHECK(entry->inode);
            int i = 0;
            while (i < NAMES && strcmp(names[i], entry->name))
                i++;
            if (i < NAMES)
                seen[i]++;
            else
                others++;
            EQUAL(entry->kind, kind_of(entry->name));
            at += entry->length;
            CHECK(at <= count);
        }
    for (int i = 0; i < NAMES; i++)
        if (seen[i] != 1)
            FAIL("%s: seen %d times with buffers of %zu bytes", names[i], seen[i], size);
    EQUAL(others, 0);
}

int main(void)
{
    char buffer[16];
    int folder = SUCCEED(open(FILES, O_RDONLY | O_DIRECTORY));
    for (size_t size = 32; size <= 4096; size += 8 + size / 2) {
        list(folder, size);
        SUCCEED(lseek(folder, 0, SEEK_SET));
    }
    EXPECT_ERRNO(syscall(SYS_getdents64, folder, buffer, sizeof buffer), EINVAL);
    int file = SUCCEED(open(FILES "hello", O_RDONLY));
    EXPECT_ERRNO(syscall(SYS_getdents64, file, buffer, sizeof buffer), ENOTDIR);
    EXPECT_ERRNO(syscall(SYS_getdents64, 999, buffer, sizeof buffer), EBADF);

    DIR *stream = opendir(FILES "folder");
    CHECK(stream);
    int count = 0;
    while (readdir(stream))
        count++;
    EQUAL(count, 2 + 5);
    closedir(stream);
}
