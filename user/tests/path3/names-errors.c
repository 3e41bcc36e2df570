// build: musl
// Why mkdir(2), rmdir(2), mknod(2), link(2), symlink(2), unlink(2), readlink(2) and their *at forms refuse.
#include "../cases.h"
#include <fcntl.h>
#include <sys/syscall.h>

static void make_things(void)
{
    make_file("file", 0600);
    make_file("theirs", 0600);
    SUCCEED(chown("theirs", 65534, 65534));
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkdir("full", 0755));
    make_file("full/file", 0666);
    SUCCEED(mkdir("closed", 0700));
    SUCCEED(mkdir("closed/folder", 0700));
    make_file("closed/file", 0666);
    SUCCEED(mkdir("sticky", 01777));
    make_file("sticky/file", 0666);
    SUCCEED(mkdir("sticky/folder", 0777));
    SUCCEED(symlink("loop", "loop"));
    SUCCEED(symlink("nowhere", "dangling"));
    SUCCEED(symlink("file", "link"));
    SUCCEED(symlink("folder", "folder-link"));
    SUCCEED(mkdir("mounted", 0755));
    SUCCEED(mount("none", "mounted", "tmpfs", 0, NULL));
    make_file("mounted/file", 0666);
    SUCCEED(mkdir("mounted/folder", 0755));
    SUCCEED(symlink("file", "mounted/link"));
    SUCCEED(mkdir("over", 0755));
    SUCCEED(mount("none", "over", "tmpfs", 0, NULL));
    SUCCEED(mount(NULL, "mounted", NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

static void folders_made(void)
{
    CASE("mkdir there", mkdir("folder", 0700), EEXIST);
    CASE("mkdir where a file is", mkdir("file", 0700), EEXIST);
    CASE("mkdir where a dangling link is", mkdir("dangling", 0700), EEXIST);
    CASE("mkdir root", mkdir("/", 0700), EEXIST);
    CASE("mkdir dot", mkdir(".", 0700), EEXIST);
    CASE("mkdir up", mkdir("folder/..", 0700), EEXIST);
    CASE("mkdir dot inside nothing", mkdir("missing/.", 0700), ENOENT);
    CASE("mkdir in nothing", mkdir("missing/new", 0700), ENOENT);
    CASE("mkdir of nothing", mkdir("", 0700), ENOENT);
    CASE("mkdir in a file", mkdir("file/new", 0700), ENOTDIR);
    CASE("mkdir in a loop", mkdir("loop/new", 0700), ELOOP);
    CASE("mkdir too long", mkdir(long_name(256), 0700), ENAMETOOLONG);
    CASE("mkdir much too long", mkdir(long_name(4096), 0700), ENAMETOOLONG);
    CASE("mkdir bad address", mkdir(BAD, 0700), EFAULT);
    CASE("mkdir read-only", mkdir("mounted/new", 0700), EROFS);
    CASE("mkdir read-only and there", mkdir("mounted/folder", 0700), EEXIST);
    CASE("mkdirat bad descriptor", mkdirat(-1, "new", 0700), EBADF);
    int file = SUCCEED(open("file", O_RDONLY));
    CASE("mkdirat from a file", mkdirat(file, "new", 0700), ENOTDIR);
    close(file);
    AS_NOBODY(CASE("mkdir without right", mkdir("folder/new", 0700), EACCES));
    AS_NOBODY(CASE("mkdir behind a closed folder", mkdir("closed/folder/new", 0700), EACCES));
    CASE("mkdir with a slash", mkdir("slash/", 0700), 0);
    CASE("rmdir with a slash", rmdir("slash/"), 0);
}

static void folders_removed(void)
{
    CASE("rmdir missing", rmdir("missing"), ENOENT);
    CASE("rmdir of nothing", rmdir(""), ENOENT);
    CASE("rmdir a file", rmdir("file"), ENOTDIR);
    CASE("rmdir in a file", rmdir("file/folder"), ENOTDIR);
    CASE("rmdir a link to a folder", rmdir("folder-link"), ENOTDIR);
    CASE("rmdir what is not empty", rmdir("full"), ENOTEMPTY);
    CASE("rmdir dot", rmdir("folder/."), EINVAL);
    CASE("rmdir up", rmdir("folder/.."), ENOTEMPTY);
    CASE("rmdir root", rmdir("/"), EBUSY);
    CASE("rmdir a mount", rmdir("over"), EBUSY);
    CASE("rmdir loop", rmdir("loop/x"), ELOOP);
    CASE("rmdir too long", rmdir(long_name(256)), ENAMETOOLONG);
    CASE("rmdir bad address", rmdir(BAD), EFAULT);
    CASE("rmdir read-only", rmdir("mounted/folder"), EROFS);
    CASE("unlinkat unknown flags", unlinkat(AT_FDCWD, "folder", 1), EINVAL);
    CASE("unlinkat a folder", unlinkat(AT_FDCWD, "folder", 0), EISDIR);
    CASE("unlinkat a file as folder", unlinkat(AT_FDCWD, "file", AT_REMOVEDIR), ENOTDIR);
    CASE("unlinkat bad descriptor", unlinkat(-1, "file", 0), EBADF);
    AS_NOBODY(CASE("rmdir without right", rmdir("full/folder"), ENOENT));
    AS_NOBODY(CASE("rmdir without right to write", rmdir("folder"), EACCES));
    AS_NOBODY(CASE("rmdir in a closed folder", rmdir("closed/folder"), EACCES));
    AS_NOBODY(CASE("rmdir in a sticky folder", rmdir("sticky/folder"), EPERM));
}

static void nodes(void)
{
    CASE("mknod there", mknod("file", S_IFREG | 0600, 0), EEXIST);
    CASE("mknod fifo there", mkfifo("file", 0600), EEXIST);
    CASE("mknod fifo in nothing", mkfifo("missing/new", 0600), ENOENT);
    CASE("mknod fifo in a file", mkfifo("file/new", 0600), ENOTDIR);
    CASE("mknod fifo of nothing", mkfifo("", 0600), ENOENT);
    CASE("mknod fifo with a slash", mkfifo("new/", 0600), ENOENT);
    CASE("mknod fifo too long", mkfifo(long_name(256), 0600), ENAMETOOLONG);
    CASE("mknod fifo loop", mkfifo("loop/new", 0600), ELOOP);
    CASE("mknod bad address", mknod(BAD, S_IFIFO | 0600, 0), EFAULT);
    CASE("mknod read-only", mknod("mounted/new", S_IFIFO | 0600, 0), EROFS);
    CASE("mknod a folder", mknod("new", S_IFDIR | 0700, 0), EPERM);
    CASE("mknod a link", mknod("new", S_IFLNK | 0700, 0), EINVAL);
    CASE("mknod of no kind", mknod("new", 0170000 | 0700, 0), EINVAL);
    CASE("mknod bad descriptor", mknodat(-1, "new", S_IFIFO | 0600, 0), EBADF);
    AS_NOBODY({
        CASE("mknod without right", mknod("folder/new", S_IFIFO | 0600, 0), EACCES);
        CASE("mknod a device without right", mknod("sticky/device", S_IFCHR | 0600, 1 << 8 | 3), EPERM);
        CASE("mknod a block device without right", mknod("sticky/device", S_IFBLK | 0600, 1 << 8 | 3), EPERM);
        CASE("mknod a fifo without privilege", mknod("sticky/fifo", S_IFIFO | 0600, 0), 0);
        CASE("mknod a socket without privilege", mknod("sticky/socket", S_IFSOCK | 0600, 0), 0);
    });
    CASE("mknod without a kind", mknod("plain", 0600, 0), 0);
    struct stat about;
    SUCCEED(stat("plain", &about));
    GIVES("mknod without a kind makes a file", about.st_mode, S_IFREG | 0600);
}

static void links(void)
{
    CASE("link missing", link("missing", "new"), ENOENT);
    CASE("link of nothing", link("", "new"), ENOENT);
    CASE("link to nothing", link("file", ""), ENOENT);
    CASE("link there", link("file", "folder"), EEXIST);
    CASE("link onto a dangling link", link("file", "dangling"), EEXIST);
    CASE("link in nothing", link("file", "missing/new"), ENOENT);
    CASE("link in a file", link("file", "file/new"), ENOTDIR);
    CASE("link from in a file", link("file/x", "new"), ENOTDIR);
    CASE("link a folder", link("folder", "new"), EPERM);
    CASE("link across mounts", link("file", "over/new"), EXDEV);
    CASE("link read-only", link("mounted/file", "mounted/new"), EROFS);
    CASE("link loop", link("loop/x", "new"), ELOOP);
    CASE("link loop to", link("file", "loop/x"), ELOOP);
    CASE("link too long", link(long_name(256), "new"), ENAMETOOLONG);
    CASE("link to too long", link("file", long_name(256)), ENAMETOOLONG);
    CASE("link bad address", link(BAD, "new"), EFAULT);
    CASE("link to bad address", link("file", BAD), EFAULT);
    CASE("link with a slash", link("file", "new/"), ENOENT);
    CASE("linkat unknown flags", linkat(AT_FDCWD, "file", AT_FDCWD, "new", 1), EINVAL);
    CASE("linkat bad descriptor", linkat(-1, "file", AT_FDCWD, "new", 0), EBADF);
    CASE("linkat bad descriptor to", linkat(AT_FDCWD, "file", -1, "new", 0), EBADF);
    CASE("linkat empty path", linkat(AT_FDCWD, "", AT_FDCWD, "new", AT_EMPTY_PATH), EPERM);
    CASE("linkat of the link itself", linkat(AT_FDCWD, "dangling", AT_FDCWD, "second", 0), 0);
    CASE("linkat follows", linkat(AT_FDCWD, "dangling", AT_FDCWD, "third", AT_SYMLINK_FOLLOW), ENOENT);
    AS_NOBODY(CASE("link in another's folder", link("theirs", "folder/new"), EACCES));
    AS_NOBODY(CASE("link in a closed folder", link("theirs", "closed/new"), EACCES));
    AS_NOBODY(CASE("link from a closed folder", link("closed/file", "sticky/new"), EACCES));
}

static void symbolic_links(void)
{
    CASE("symlink there", symlink("x", "file"), EEXIST);
    CASE("symlink onto a dangling link", symlink("x", "dangling"), EEXIST);
    CASE("symlink to nothing", symlink("", "new"), ENOENT);
    CASE("symlink of no name", symlink("x", ""), ENOENT);
    CASE("symlink in nothing", symlink("x", "missing/new"), ENOENT);
    CASE("symlink in a file", symlink("x", "file/new"), ENOTDIR);
    CASE("symlink with a slash", symlink("x", "new/"), ENOENT);
    CASE("symlink loop", symlink("x", "loop/new"), ELOOP);
    CASE("symlink too long", symlink("x", long_name(256)), ENAMETOOLONG);
    CASE("symlink to too long", symlink(long_name(4096), "new"), ENAMETOOLONG);
    CASE("symlink bad address", symlink(BAD, "new"), EFAULT);
    CASE("symlink bad address of name", symlink("x", BAD), EFAULT);
    CASE("symlink read-only", symlink("x", "mounted/new"), EROFS);
    CASE("symlinkat bad descriptor", symlinkat("x", -1, "new"), EBADF);
    AS_NOBODY(CASE("symlink in another's folder", symlink("x", "folder/new"), EACCES));
    CASE("symlink to 4095 bytes", symlink(long_name(4095), "longest"), 0);
}

static void read_links(void)
{
    static char text[8192];
    CASE("readlink a file", readlink("file", text, 10), EINVAL);
    CASE("readlink a folder", readlink("folder", text, 10), EINVAL);
    CASE("readlink missing", readlink("missing", text, 10), ENOENT);
    CASE("readlink of nothing", readlink("", text, 10), ENOENT);
    CASE("readlink in a file", readlink("file/x", text, 10), ENOTDIR);
    CASE("readlink loop", readlink("loop/x", text, 10), ELOOP);
    CASE("readlink too long", readlink(long_name(256), text, 10), ENAMETOOLONG);
    CASE("readlink no room", syscall(SYS_readlink, "link", text, 0), EINVAL);
    CASE("readlink negative room", syscall(SYS_readlink, "link", text, -1), EINVAL);
    CASE("readlink bad address", readlink(BAD, text, 10), EFAULT);
    CASE("readlink to a bad address", readlink("link", BAD, 10), EFAULT);
    CASE("readlinkat bad descriptor", readlinkat(-1, "link", text, 10), EBADF);
    int file = SUCCEED(open("file", O_RDONLY));
    CASE("readlinkat of a file itself", readlinkat(file, "", text, 10), ENOENT);
    CASE("readlinkat from a file", readlinkat(file, "x", text, 10), ENOTDIR);
    close(file);
    GIVES("readlink of a loop", readlink("loop", text, 10), 4);
    GIVES("readlink cut off", readlink("link", text, 2), 2);
    GIVES("readlink of the longest", readlink("longest", text, sizeof text), 4095);
    AS_NOBODY(CASE("readlink in a closed folder", readlink("closed/x", text, 10), EACCES));
    int link = SUCCEED(open("link", O_PATH | O_NOFOLLOW));
    GIVES("readlinkat of a link itself", readlinkat(link, "", text, 10), 4);
    close(link);
}

static void names_removed(void)
{
    CASE("unlink missing", unlink("missing"), ENOENT);
    CASE("unlink of nothing", unlink(""), ENOENT);
    CASE("unlink a folder", unlink("folder"), EISDIR);
    CASE("unlink in a file", unlink("file/x"), ENOTDIR);
    CASE("unlink with a slash", unlink("file/"), ENOTDIR);
    CASE("unlink a folder with a slash", unlink("folder/"), EISDIR);
    CASE("unlink missing with a slash", unlink("missing/"), ENOENT);
    CASE("unlink loop", unlink("loop/x"), ELOOP);
    CASE("unlink root", unlink("/"), EISDIR);
    CASE("unlink dot", unlink("."), EISDIR);
    CASE("unlink too long", unlink(long_name(256)), ENAMETOOLONG);
    CASE("unlink bad address", unlink(BAD), EFAULT);
    CASE("unlink read-only", unlink("mounted/file"), EROFS);
    CASE("unlink missing read-only", unlink("mounted/missing"), EROFS);
    AS_NOBODY(CASE("unlink in another's folder", unlink("full/file"), EACCES));
    AS_NOBODY(CASE("unlink in a closed folder", unlink("closed/file"), EACCES));
    AS_NOBODY(CASE("unlink in a sticky folder", unlink("sticky/file"), EPERM));
    CASE("unlink a dangling link", unlink("dangling"), 0);
}

int main(void)
{
    in_fresh_folder("/tmp/names-errors");
    make_things();
    folders_made();
    folders_removed();
    nodes();
    links();
    symbolic_links();
    read_links();
    names_removed();
    return end_cases();
}
