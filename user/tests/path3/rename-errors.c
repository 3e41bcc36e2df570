// build: musl
// Why rename(2) and renameat2(2) refuse, and what they do otherwise.
#include "../cases.h"
#include <fcntl.h>
#include <sys/syscall.h>

#define NOREPLACE 1
#define EXCHANGE 2
#define WHITEOUT 4

static long rename2(const char *old, const char *new, unsigned flags)
{
    return syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, flags);
}

static long inode(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 ? (long)about.st_ino : -1;
}

static void make_things(void)
{
    make_file("file", 0666);
    make_file("other", 0666);
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkdir("folder/inner", 0755));
    SUCCEED(mkdir("empty", 0755));
    SUCCEED(mkdir("closed", 0700));
    make_file("closed/file", 0666);
    SUCCEED(mkdir("sticky", 01777));
    make_file("sticky/file", 0666);
    SUCCEED(mkdir("open", 0777));
    make_file("open/file", 0666);
    SUCCEED(mkdir("open/folder", 0755));
    SUCCEED(symlink("loop", "loop"));
    SUCCEED(symlink("folder", "link"));
    SUCCEED(mkdir("mounted", 0755));
    SUCCEED(mount("none", "mounted", "tmpfs", 0, NULL));
    make_file("mounted/file", 0666);
    SUCCEED(mkdir("read-only", 0755));
    SUCCEED(mount("none", "read-only", "tmpfs", 0, NULL));
    make_file("read-only/file", 0666);
    SUCCEED(mount(NULL, "read-only", NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

static void names(void)
{
    CASE("missing", rename("missing", "new"), ENOENT);
    CASE("no name", rename("", "new"), ENOENT);
    CASE("to no name", rename("file", ""), ENOENT);
    CASE("into nothing", rename("file", "missing/new"), ENOENT);
    CASE("into a file", rename("file", "other/new"), ENOTDIR);
    CASE("from in a file", rename("file/x", "new"), ENOTDIR);
    CASE("through a loop", rename("loop/x", "new"), ELOOP);
    CASE("into a loop", rename("file", "loop/x"), ELOOP);
    CASE("too long", rename(long_name(256), "new"), ENAMETOOLONG);
    CASE("to too long", rename("file", long_name(256)), ENAMETOOLONG);
    CASE("bad address", rename(BAD, "new"), EFAULT);
    CASE("to a bad address", rename("file", BAD), EFAULT);
    CASE("dot", rename(".", "new"), EBUSY);
    CASE("to dot", rename("empty", "folder/."), EBUSY);
    CASE("up", rename("folder/..", "new"), EBUSY);
    CASE("the root", rename("/", "/new"), EBUSY);
    CASE("bad descriptor", renameat(-1, "file", AT_FDCWD, "new"), EBADF);
    CASE("to a bad descriptor", renameat(AT_FDCWD, "file", -1, "new"), EBADF);
    CASE("a file with a slash", rename("file/", "new"), ENOTDIR);
    CASE("a file to a slash", rename("file", "new/"), ENOTDIR);
}

static void kinds(void)
{
    CASE("a file onto a folder", rename("file", "empty"), EISDIR);
    CASE("a folder onto a file", rename("empty", "file"), ENOTDIR);
    CASE("a folder onto a link", rename("empty", "link"), ENOTDIR);
    CASE("a folder onto a full one", rename("empty", "folder"), ENOTEMPTY);
    CASE("a folder into itself", rename("folder", "folder/new"), EINVAL);
    CASE("a folder deep into itself", rename("folder", "folder/inner/new"), EINVAL);
    CASE("a folder onto what holds it", rename("folder/inner", "folder"), ENOTEMPTY);
    CASE("across mounts", rename("file", "mounted/new"), EXDEV);
    CASE("a mount", rename("mounted", "new"), EBUSY);
    CASE("onto a mount", rename("empty", "mounted"), EBUSY);
    CASE("read-only", rename("read-only/file", "read-only/new"), EROFS);
}

static void rights(void)
{
    AS_NOBODY({
        CASE("in another's folder", rename("folder/inner", "folder/new"), EACCES);
        CASE("from another's folder", rename("file", "open/new"), EACCES);
        CASE("into another's folder", rename("open/file", "folder/new"), EACCES);
        CASE("from a closed folder", rename("closed/file", "open/new"), EACCES);
        CASE("from a sticky folder", rename("sticky/file", "sticky/new"), EPERM);
        CASE("onto what is in a sticky folder", rename("open/file", "sticky/file"), EPERM);
        CASE("a folder whose parent would change", rename("open/folder", "sticky/new"), EACCES);
        CASE("a folder whose parent stays", rename("open/folder", "open/renamed"), 0);
    });
}

static void flags(void)
{
    CASE("unknown flags", rename2("file", "new", 8), EINVAL);
    CASE("both flags", rename2("file", "new", NOREPLACE | EXCHANGE), EINVAL);
    CASE("whiteout and exchange", rename2("file", "other", WHITEOUT | EXCHANGE), EINVAL);
    CASE("not replaced", rename2("file", "other", NOREPLACE), EEXIST);
    CASE("not replaced itself", rename2("file", "file", NOREPLACE), EEXIST);
    CASE("not replaced a loop", rename2("file", "loop", NOREPLACE), EEXIST);
    CASE("exchanged with nothing", rename2("file", "new", EXCHANGE), ENOENT);
    CASE("exchanged with what holds it", rename2("folder", "folder/inner", EXCHANGE), EINVAL);
    CASE("exchanged with what it lies in", rename2("folder/inner", "folder", EXCHANGE), EINVAL);
    long file = inode("file"), folder = inode("folder");
    CASE("exchanged", rename2("file", "folder", EXCHANGE), 0);
    GIVES("the file is there", inode("folder"), file);
    GIVES("the folder is here", inode("file"), folder);
    CASE("exchanged back", rename2("file", "folder", EXCHANGE), 0);
    CASE("free and not replaced", rename2("file", "new", NOREPLACE), 0);
    CASE("and back", rename2("new", "file", NOREPLACE), 0);
}

static void what_happens(void)
{
    struct stat about;
    long file = inode("file");
    CASE("onto itself", rename("file", "file"), 0);
    SUCCEED(link("file", "twin"));
    CASE("onto another name of the same", rename("file", "twin"), 0);
    GIVES("both names stay", inode("file"), file);
    SUCCEED(unlink("twin"));
    CASE("onto a file", rename("file", "other"), 0);
    GIVES("it is there", inode("other"), file);
    GIVES("it is not here", inode("file"), -1);
    CASE("a folder onto an empty one", rename("folder", "empty"), 0);
    SUCCEED(stat("empty", &about));
    GIVES("with what it holds", about.st_nlink, 3);
    CASE("a folder with slashes", rename("empty/", "folder/"), 0);
    CASE("a link is not followed", rename("link", "moved"), 0);
    SUCCEED(lstat("moved", &about));
    GIVES("it is a link", about.st_mode & S_IFMT, S_IFLNK);
}

int main(void)
{
    in_fresh_folder("/tmp/rename-errors");
    make_things();
    names();
    kinds();
    rights();
    flags();
    what_happens();
    return end_cases();
}
