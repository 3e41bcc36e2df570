// build: musl
// Which times a change sets, of the file and of its folder: inode(7).
#include "../cases.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { ACCESSED = 1, MODIFIED = 2, CHANGED = 4 };

static const struct timespec LONG_AGO[2] = {{1000, 0}, {2000, 0}};

static struct stat told(const char *path)
{
    struct stat about;
    SUCCEED(lstat(path, &about));
    return about;
}

static int differ(struct timespec one, struct timespec other)
{
    return one.tv_sec != other.tv_sec || one.tv_nsec != other.tv_nsec;
}

static int changed(const struct stat *old, const struct stat *new)
{
    return (differ(old->st_atim, new->st_atim) ? ACCESSED : 0) | (differ(old->st_mtim, new->st_mtim) ? MODIFIED : 0)
        | (differ(old->st_ctim, new->st_ctim) ? CHANGED : 0);
}

// The statement sets just these times of what PATH is before and AFTER is then.
#define SETS(name, path, after, times, statement)               \
    do {                                                        \
        await_file_clock();                                     \
        struct stat old_ = told(path);                          \
        statement;                                              \
        struct stat new_ = told(after);                         \
        GIVES(name, changed(&old_, &new_), times);              \
    } while (0)

static char byte;

static void of_files(void)
{
    int fd = SUCCEED(open("file", O_CREAT | O_RDWR, 0644));
    SETS("write", "file", "file", MODIFIED | CHANGED, EQUAL(write(fd, "text", 4), 4));
    SETS("write of nothing", "file", "file", 0, EQUAL(write(fd, "text", 0), 0));
    SETS("read after a change", "file", "file", ACCESSED, EQUAL(pread(fd, &byte, 1, 0), 1));
    SETS("read again", "file", "file", 0, EQUAL(pread(fd, &byte, 1, 0), 1));
    SETS("read of nothing", "file", "file", 0, EQUAL(pread(fd, &byte, 0, 0), 0));
    SETS("ftruncate", "file", "file", MODIFIED | CHANGED, SUCCEED(ftruncate(fd, 10)));
    SETS("ftruncate to the same size", "file", "file", MODIFIED | CHANGED, SUCCEED(ftruncate(fd, 10)));
    SETS("truncate", "file", "file", MODIFIED | CHANGED, SUCCEED(truncate("file", 5)));
    SETS("O_TRUNC", "file", "file", MODIFIED | CHANGED, close(SUCCEED(open("file", O_WRONLY | O_TRUNC))));
    SETS("open", "file", "file", 0, close(SUCCEED(open("file", O_RDWR))));
    SETS("fallocate", "file", "file", MODIFIED | CHANGED, SUCCEED(fallocate(fd, 0, 0, 4096)));
    SETS("chmod", "file", "file", CHANGED, SUCCEED(chmod("file", 0600)));
    SETS("chmod to the same", "file", "file", CHANGED, SUCCEED(chmod("file", 0600)));
    SETS("chown", "file", "file", CHANGED, SUCCEED(chown("file", 1, 1)));
    SETS("utimensat", "file", "file", ACCESSED | MODIFIED | CHANGED, SUCCEED(utimensat(AT_FDCWD, "file", LONG_AGO, 0)));
    SETS("stat", "file", "file", 0, told("file"));
    SETS("rename", "file", "renamed", CHANGED, SUCCEED(rename("file", "renamed")));
    SETS("link", "renamed", "renamed", CHANGED, SUCCEED(link("renamed", "second")));
    SETS("unlink of another name", "renamed", "renamed", CHANGED, SUCCEED(unlink("second")));
    SETS("a failed link", "renamed", "renamed", 0, EXPECT_ERRNO(link("renamed", "renamed"), EEXIST));
    close(fd);
}

static void of_folders(void)
{
    SUCCEED(mkdir("folder", 0755));
    int folder = SUCCEED(open("folder", O_RDONLY));
    enum { BOTH = MODIFIED | CHANGED };
    SETS("a file made", "folder", "folder", BOTH, make_file("folder/file", 0600));
    SETS("a file opened", "folder", "folder", 0, close(SUCCEED(open("folder/file", O_RDWR | O_CREAT, 0600))));
    SETS("a file written", "folder", "folder", 0, SUCCEED(truncate("folder/file", 7)));
    SETS("a link", "folder", "folder", BOTH, SUCCEED(link("folder/file", "folder/link")));
    SETS("a symbolic link", "folder", "folder", BOTH, SUCCEED(symlink("x", "folder/symbolic")));
    SETS("renamed in it", "folder", "folder", BOTH, SUCCEED(rename("folder/link", "folder/other")));
    SETS("moved out", "folder", "folder", BOTH, SUCCEED(rename("folder/other", "other")));
    SETS("moved in", "folder", "folder", BOTH, SUCCEED(rename("other", "folder/other")));
    SETS("unlink", "folder", "folder", BOTH, SUCCEED(unlink("folder/other")));
    SETS("mkdir", "folder", "folder", BOTH, SUCCEED(mkdir("folder/inner", 0700)));
    SETS("rmdir", "folder", "folder", BOTH, SUCCEED(rmdir("folder/inner")));
    SETS("a failed mkdir", "folder", "folder", 0, EXPECT_ERRNO(mkdir("folder/file", 0700), EEXIST));
    SETS("a failed unlink", "folder", "folder", 0, EXPECT_ERRNO(unlink("folder/missing"), ENOENT));
    close(folder);
}

static void as_told(void)
{
    struct timespec one[2] = {{5, 6}, {0, UTIME_OMIT}}, now[2] = {{0, UTIME_NOW}, {9, 10}};
    make_file("times", 0600);
    SUCCEED(utimensat(AT_FDCWD, "times", LONG_AGO, 0));
    SUCCEED(utimensat(AT_FDCWD, "times", one, 0));
    struct stat about = told("times");
    EQUAL(about.st_atim.tv_sec, 5);
    EQUAL(about.st_atim.tv_nsec, 6);
    EQUAL(about.st_mtim.tv_sec, 2000);
    SUCCEED(utimensat(AT_FDCWD, "times", now, 0));
    about = told("times");
    CHECK(about.st_atim.tv_sec > 1000000);
    EQUAL(about.st_mtim.tv_sec, 9);
    EQUAL(about.st_mtim.tv_nsec, 10);
    SUCCEED(symlink("times", "link"));
    SUCCEED(utimensat(AT_FDCWD, "link", LONG_AGO, AT_SYMLINK_NOFOLLOW));
    EQUAL(told("link").st_mtim.tv_sec, 2000);
    EQUAL(told("times").st_mtim.tv_sec, 9);
    struct timespec before[2] = {{-5, 0}, {-1000000, 999999999}};
    SUCCEED(utimensat(AT_FDCWD, "times", before, 0));
    EQUAL(told("times").st_atim.tv_sec, -5);
    EQUAL(told("times").st_mtim.tv_sec, -1000000);
    EQUAL(told("times").st_mtim.tv_nsec, 999999999);
}

int main(void)
{
    in_fresh_folder("/tmp/times-changed");
    of_files();
    of_folders();
    as_told();
    return end_cases();
}
