// build: musl
// Why mount(2), umount2(2), pivot_root(2) and chroot(2) refuse.
#include "../cases.h"
#include <fcntl.h>
#include <sys/syscall.h>

#define NONE MS_SILENT

static void make_things(void)
{
    make_file("file", 0666);
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkdir("closed", 0700));
    SUCCEED(mkdir("closed/folder", 0755));
    SUCCEED(mkdir("on", 0755));
    SUCCEED(symlink("loop", "loop"));
    SUCCEED(symlink("on", "link"));
}

static void mounts(void)
{
    CASE("unknown type", mount("none", "on", "nothing-like-this", 0, NULL), ENODEV);
    CASE("no type", mount("none", "on", NULL, 0, NULL), EINVAL);
    CASE("bad type", mount("none", "on", BAD, 0, NULL), EFAULT);
    CASE("bad source", mount(BAD, "on", "tmpfs", 0, NULL), EFAULT);
    CASE("bad target", mount("none", BAD, "tmpfs", 0, NULL), EFAULT);
    CASE("missing target", mount("none", "missing", "tmpfs", 0, NULL), ENOENT);
    CASE("empty target", mount("none", "", "tmpfs", 0, NULL), ENOENT);
    CASE("target in a file", mount("none", "file/x", "tmpfs", 0, NULL), ENOTDIR);
    CASE("target is a file", mount("none", "file", "tmpfs", 0, NULL), ENOTDIR);
    CASE("target is a loop", mount("none", "loop", "tmpfs", 0, NULL), ELOOP);
    CASE("target too long", mount("none", long_name(256), "tmpfs", 0, NULL), ENAMETOOLONG);
    CASE("target much too long", mount("none", long_name(4096), "tmpfs", 0, NULL), ENAMETOOLONG);
    AS_NOBODY(CASE("without privilege", mount("none", "on", "tmpfs", 0, NULL), EPERM));
    AS_NOBODY(CASE("in a closed folder", mount("none", "closed/folder", "tmpfs", 0, NULL), EACCES));
}

static void binds(void)
{
    CASE("bind of nothing", mount("missing", "on", NULL, MS_BIND, NULL), ENOENT);
    CASE("bind of no name", mount(NULL, "on", NULL, MS_BIND, NULL), EINVAL);
    CASE("bind of an empty name", mount("", "on", NULL, MS_BIND, NULL), EINVAL);
    CASE("bind of a file on a folder", mount("file", "on", NULL, MS_BIND, NULL), ENOTDIR);
    CASE("bind of a folder on a file", mount("folder", "file", NULL, MS_BIND, NULL), ENOTDIR);
    CASE("bind of a loop", mount("loop", "on", NULL, MS_BIND, NULL), ELOOP);
    CASE("bind of a file on a file", mount("file", "file", NULL, MS_BIND, NULL), 0);
    CASE("umount of a file", umount("file"), 0);
}

static void changes(void)
{
    CASE("remount of what is no mount", mount("none", "folder", NULL, MS_REMOUNT | MS_RDONLY, NULL), EINVAL);
    CASE("move of what is no mount", mount("folder", "on", NULL, MS_MOVE, NULL), EINVAL);
    CASE("spreading of what is no mount", mount("none", "folder", NULL, MS_PRIVATE, NULL), EINVAL);
    CASE("spreading in two ways", mount("none", ".", NULL, MS_PRIVATE | MS_SHARED, NULL), EINVAL);
    SUCCEED(mount("none", "on", "tmpfs", 0, NULL));
    SUCCEED(mount("none", "on", NULL, MS_PRIVATE, NULL));
    SUCCEED(mkdir("on/inner", 0755));
    CASE("move into itself", mount("on", "on/inner", NULL, MS_MOVE, NULL), ELOOP);
    CASE("move onto a file", mount("on", "file", NULL, MS_MOVE, NULL), EINVAL);
    CASE("move to nothing", mount("on", "missing", NULL, MS_MOVE, NULL), ENOENT);
    int fd = SUCCEED(open("on/file", O_CREAT | O_RDWR, 0666));
    CASE("read-only while a file is open to write", mount("none", "on", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
    CASE("umount while a file is open", umount("on"), EBUSY);
    close(fd);
    CASE("read-only then", mount("none", "on", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    CASE("nothing is made there", mkdir("on/new", 0700), EROFS);
}

static void removals(void)
{
    CASE("umount of what is no mount", umount("folder"), EINVAL);
    CASE("umount of nothing", umount("missing"), ENOENT);
    CASE("umount of no name", umount(""), ENOENT);
    CASE("umount of a loop", umount("loop"), ELOOP);
    CASE("umount in a file", umount("file/x"), ENOTDIR);
    CASE("umount too long", umount(long_name(256)), ENAMETOOLONG);
    CASE("umount bad address", umount(BAD), EFAULT);
    CASE("umount unknown flags", umount2("on", 0x100), EINVAL);
    CASE("umount expires and forces", umount2("on", MNT_EXPIRE | MNT_FORCE), EINVAL);
    CASE("umount of a link itself", umount2("link", UMOUNT_NOFOLLOW), EINVAL);
    AS_NOBODY(CASE("umount without privilege", umount("on"), EPERM));
    CASE("umount expires at first", umount2("on", MNT_EXPIRE), EAGAIN);
    CASE("a look does not matter", access("on", F_OK), 0);
    SUCCEED(chdir("on"));
    CASE("umount expires while in use", umount2("../on", MNT_EXPIRE), EBUSY);
    CASE("umount while in use", umount("../on"), EBUSY);
    SUCCEED(chdir(".."));
    umount2("on", MNT_EXPIRE);
    CASE("umount expires in the end", umount2("on", MNT_EXPIRE), 0);
    CASE("then it is no mount", umount("on"), EINVAL);
}

static void turns(void)
{
    CASE("pivot_root to what is no mount", syscall(SYS_pivot_root, "folder", "folder"), EINVAL);
    CASE("pivot_root to nothing", syscall(SYS_pivot_root, "missing", "folder"), ENOENT);
    CASE("pivot_root to a file", syscall(SYS_pivot_root, "file", "folder"), ENOTDIR);
    CASE("pivot_root and the old to a file", syscall(SYS_pivot_root, "folder", "file"), ENOTDIR);
    CASE("pivot_root of a bad address", syscall(SYS_pivot_root, BAD, "folder"), EFAULT);
    CASE("pivot_root and the old to a bad address", syscall(SYS_pivot_root, "folder", BAD), EFAULT);
    AS_NOBODY(CASE("pivot_root without privilege", syscall(SYS_pivot_root, "folder", "folder"), EPERM));
}

int main(void)
{
    in_fresh_folder("/tmp/mount-errors");
    SUCCEED(mount("none", ".", NULL, MS_PRIVATE, NULL));
    make_things();
    mounts();
    binds();
    changes();
    removals();
    turns();
    return end_cases();
}
