// build: musl
// Why open(2), openat(2) and creat(2) refuse.
#include "../cases.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static void make_things(void)
{
    make_file("file", 0600);
    make_file("for-all", 0666);
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkdir("closed", 0700));
    make_file("closed/file", 0666);
    SUCCEED(mkfifo("fifo", 0600));
    SUCCEED(symlink("loop", "loop"));
    SUCCEED(symlink("nowhere", "dangling"));
    SUCCEED(symlink("file", "link"));
    SUCCEED(symlink("folder", "folder-link"));
    SUCCEED(mknod("socket", S_IFSOCK | 0600, 0));
    SUCCEED(mkdir("read-only", 0755));
}

static void names(void)
{
    CASE("no path", open("", O_RDONLY), ENOENT);
    CASE("missing", open("missing", O_RDONLY), ENOENT);
    CASE("missing folder", open("missing/file", O_CREAT | O_RDWR, 0600), ENOENT);
    CASE("dangling link", open("dangling", O_RDONLY), ENOENT);
    CASE("a file as a folder", open("file/inside", O_RDONLY), ENOTDIR);
    CASE("a file as a folder to make in", open("file/inside", O_CREAT | O_RDWR, 0600), ENOTDIR);
    CASE("a slash behind a file", open("file/", O_RDONLY), ENOTDIR);
    CASE("a slash behind what is made", open("new/", O_CREAT | O_RDWR, 0600), EISDIR);
    CASE("a loop", open("loop", O_RDONLY), ELOOP);
    CASE("a loop on the way", open("loop/file", O_RDONLY), ELOOP);
    CASE("a link with O_NOFOLLOW", open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CASE("a link with O_NOFOLLOW and O_DIRECTORY", open("folder-link", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), ENOTDIR);
    CASE("a name of 255 bytes", open(long_name(255), O_RDONLY), ENOENT);
    CASE("a name of 256 bytes", open(long_name(256), O_RDONLY), ENAMETOOLONG);
    CASE("a name of 256 bytes to be made", open(long_name(256), O_CREAT | O_RDWR, 0600), ENAMETOOLONG);
    CASE("a path of 4096 bytes", open(long_name(4096), O_RDONLY), ENAMETOOLONG);
    CASE("a bad address", open(BAD, O_RDONLY), EFAULT);
    CASE("a null path", open(NULL, O_RDONLY), EFAULT);
    CASE("creat of a folder", creat("folder", 0600), EISDIR);
    CASE("creat of a bad address", creat(BAD, 0600), EFAULT);
}

static void flags(void)
{
    CASE("O_EXCL and there", open("file", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CASE("O_EXCL and a dangling link", open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CASE("O_EXCL and a folder", open("folder", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CASE("O_EXCL and dot", open(".", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    CASE("a folder to write", open("folder", O_WRONLY), EISDIR);
    CASE("a folder to read and write", open("folder", O_RDWR), EISDIR);
    CASE("a folder to empty", open("folder", O_RDONLY | O_TRUNC), EISDIR);
    CASE("a folder with O_CREAT", open("folder", O_RDONLY | O_CREAT, 0600), EISDIR);
    CASE("O_DIRECTORY and a file", open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
    CASE("O_DIRECTORY and a fifo", open("fifo", O_RDONLY | O_DIRECTORY), ENOTDIR);
    CASE("O_TMPFILE to read", open("folder", O_RDONLY | O_TMPFILE, 0600), EINVAL);
    CASE("O_TMPFILE in a file", open("file", O_RDWR | O_TMPFILE, 0600), ENOTDIR);
    CASE("O_TMPFILE in nothing", open("missing", O_RDWR | O_TMPFILE, 0600), ENOENT);
    CASE("a fifo that nobody reads", open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
    CASE("a socket", open("socket", O_RDWR), ENXIO);
    CASE("O_PATH of a socket", close(open("socket", O_PATH)), 0);
    CASE("O_PATH of a link with O_NOFOLLOW", close(open("link", O_PATH | O_NOFOLLOW)), 0);
    CASE("O_PATH and O_DIRECTORY of a file", open("file", O_PATH | O_DIRECTORY), ENOTDIR);
    CASE("O_CREAT through a dangling link", close(open("dangling", O_CREAT | O_RDWR, 0600)), 0);
    CASE("what it made", unlink("nowhere"), 0);
    CASE("flags that mean nothing", close(open("file", O_RDONLY | 0x40000000)), 0);
    CASE("access mode 3", close(open("file", 3)), 0);
    CASE("a file without reading or writing cannot be read", read(open("file", 3), long_name(1) ? (char[1]){0} : 0, 1), EBADF);
}

static void rights(void)
{
    AS_NOBODY({
        CASE("not to be read", open("file", O_RDONLY), EACCES);
        CASE("not to be written", open("file", O_WRONLY), EACCES);
        CASE("access mode 3 wants both", open("file", 3), EACCES);
        CASE("in a closed folder", open("closed/file", O_RDONLY), EACCES);
        CASE("missing in a closed folder", open("closed/missing", O_RDONLY), EACCES);
        CASE("made in a folder of another", open("folder/new", O_CREAT | O_RDWR, 0600), EACCES);
        CASE("O_TMPFILE in a folder of another", open("folder", O_TMPFILE | O_RDWR, 0600), EACCES);
        CASE("O_NOATIME of another's file", open("for-all", O_RDONLY | O_NOATIME), EPERM);
        CASE("O_PATH needs no right", close(open("file", O_PATH)), 0);
        CASE("emptied without the right to write", open("file", O_RDONLY | O_TRUNC), EACCES);
    });
}

static void places(void)
{
    int file = SUCCEED(open("file", O_RDONLY));
    int folder = SUCCEED(open("folder", O_RDONLY));
    CASE("from no descriptor", openat(-1, "file", O_RDONLY), EBADF);
    CASE("from a closed descriptor", openat(99, "file", O_RDONLY), EBADF);
    CASE("from a file", openat(file, "file", O_RDONLY), ENOTDIR);
    CASE("absolute from nowhere", close(openat(-1, "/", O_RDONLY)), 0);
    CASE("from a folder", close(openat(folder, "../file", O_RDONLY)), 0);
    CASE("an empty path from a file", openat(file, "", O_RDONLY), ENOENT);
    SUCCEED(rmdir("folder"));
    CASE("made in a removed folder", openat(folder, "new", O_CREAT | O_RDWR, 0600), ENOENT);
    CASE("a removed folder itself", close(openat(folder, ".", O_RDONLY)), 0);
    close(file);
    close(folder);
}

static void devices(void)
{
    mknod("no-driver", S_IFCHR | 0600, 511 << 8);
    int fd = open("no-driver", O_RDONLY);
    if (fd == -1 && errno != EPERM && errno != EACCES)
        CASE("a device without a driver", open("no-driver", O_RDONLY), ENXIO);
    SUCCEED(mount("none", "read-only", "tmpfs", MS_NODEV, NULL));
    mknod("read-only/null", S_IFCHR | 0666, 1 << 8 | 3);
    make_file("read-only/file", 0666);
    CASE("a device where there are none", open("read-only/null", O_RDONLY), EACCES);
    SUCCEED(mount(NULL, "read-only", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    CASE("read-only to write", open("read-only/file", O_WRONLY), EROFS);
    CASE("read-only to empty", open("read-only/file", O_RDONLY | O_TRUNC), EROFS);
    CASE("read-only to make", open("read-only/new", O_CREAT | O_RDWR, 0600), EROFS);
    CASE("read-only, O_CREAT and there", close(open("read-only/file", O_RDONLY | O_CREAT, 0600)), 0);
    CASE("read-only, O_EXCL and there", open("read-only/file", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CASE("read-only O_TMPFILE", open("read-only", O_RDWR | O_TMPFILE, 0600), EROFS);
    CASE("read-only to read", close(open("read-only/file", O_RDONLY)), 0);
    SUCCEED(umount("read-only"));
}

static void numbers(void)
{
    struct rlimit old, few = {3, 3};
    SUCCEED(getrlimit(RLIMIT_NOFILE, &old));
    few.rlim_max = old.rlim_max;
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    CASE("no descriptor left", open("file", O_RDONLY), EMFILE);
    CASE("no descriptor left for what is missing", open("missing", O_RDONLY), EMFILE);
    CASE("no descriptor left, nothing is made", open("made", O_CREAT | O_RDWR, 0600), EMFILE);
    SUCCEED(setrlimit(RLIMIT_NOFILE, &old));
    CASE("nothing was made", open("made", O_RDONLY), ENOENT);
}

int main(void)
{
    in_fresh_folder("/tmp/open-errors");
    make_things();
    names();
    flags();
    rights();
    places();
    devices();
    for (int fd = 3; fd < 50; fd++)
        close(fd);
    numbers();
    return end_cases();
}
