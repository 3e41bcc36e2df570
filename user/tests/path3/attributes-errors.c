// build: musl
// Why chmod(2), chown(2), utimensat(2), truncate(2), access(2), chdir(2), chroot(2), statfs(2) and their relatives refuse.
#include "../cases.h"
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

static int on_path;

static void make_things(void)
{
    make_file("file", 0600);
    make_file("for-all", 0666);
    make_file("theirs", 0600);
    SUCCEED(chown("theirs", 65534, 65534));
    SUCCEED(mkdir("folder", 0755));
    SUCCEED(mkdir("closed", 0700));
    make_file("closed/file", 0666);
    SUCCEED(mkfifo("fifo", 0666));
    SUCCEED(symlink("loop", "loop"));
    SUCCEED(symlink("nowhere", "dangling"));
    SUCCEED(mkdir("mounted", 0755));
    SUCCEED(mount("none", "mounted", "tmpfs", 0, NULL));
    make_file("mounted/file", 0777);
    SUCCEED(mount(NULL, "mounted", NULL, MS_REMOUNT | MS_RDONLY | MS_NOEXEC, NULL));
    on_path = SUCCEED(open("for-all", O_PATH));
}

// What every call that takes a path refuses; CALL has the path as P.
#define OF_A_PATH(name, CALL)                                   \
    do {                                                        \
        const char *P = "missing";                              \
        CASE(name ": missing", CALL, ENOENT);                   \
        P = "";                                                 \
        CASE(name ": empty", CALL, ENOENT);                     \
        P = "dangling";                                         \
        CASE(name ": dangling", CALL, ENOENT);                  \
        P = "file/inside";                                      \
        CASE(name ": in a file", CALL, ENOTDIR);                \
        P = "file/";                                            \
        CASE(name ": a slash behind a file", CALL, ENOTDIR);    \
        P = "loop";                                             \
        CASE(name ": a loop", CALL, ELOOP);                     \
        P = long_name(256);                                     \
        CASE(name ": a long name", CALL, ENAMETOOLONG);         \
        P = long_name(4096);                                    \
        CASE(name ": a long path", CALL, ENAMETOOLONG);         \
        P = BAD;                                                \
        CASE(name ": a bad address", CALL, EFAULT);             \
    } while (0)

static void of_paths(void)
{
    struct stat about;
    struct statfs system;
    struct statx_ { char bytes[256]; } more;
    OF_A_PATH("chmod", chmod(P, 0700));
    OF_A_PATH("chown", chown(P, 0, 0));
    OF_A_PATH("truncate", truncate(P, 0));
    OF_A_PATH("access", access(P, F_OK));
    OF_A_PATH("chdir", chdir(P));
    OF_A_PATH("chroot", chroot(P));
    OF_A_PATH("stat", syscall(SYS_stat, P, &about));
    OF_A_PATH("statfs", syscall(SYS_statfs, P, &system));
    OF_A_PATH("statx", syscall(SYS_statx, AT_FDCWD, P, 0, 0x7ff, &more));
    OF_A_PATH("utime", syscall(SYS_utime, P, NULL));
    OF_A_PATH("utimes", syscall(SYS_utimes, P, NULL));
    AS_NOBODY({
        CASE("chmod in a closed folder", chmod("closed/file", 0700), EACCES);
        CASE("chown in a closed folder", chown("closed/file", 0, 0), EACCES);
        CASE("truncate in a closed folder", truncate("closed/file", 0), EACCES);
        CASE("stat in a closed folder", stat("closed/file", &about), EACCES);
        CASE("statfs in a closed folder", statfs("closed/file", &system), EACCES);
        CASE("utime in a closed folder", syscall(SYS_utime, "closed/file", NULL), EACCES);
    });
}

static void modes(void)
{
    CASE("chmod read-only", chmod("mounted/file", 0700), EROFS);
    CASE("fchmod of no descriptor", fchmod(-1, 0700), EBADF);
    CASE("fchmod of O_PATH", syscall(SYS_fchmod, on_path, 0700), EBADF);
    CASE("fchmodat of no descriptor", fchmodat(-1, "file", 0700, 0), EBADF);
    CASE("chown read-only", chown("mounted/file", 1, 1), EROFS);
    CASE("fchown of no descriptor", fchown(-1, 0, 0), EBADF);
    CASE("fchown of O_PATH", syscall(SYS_fchown, on_path, 0, 0), EBADF);
    CASE("fchownat of no descriptor", fchownat(-1, "file", 0, 0, 0), EBADF);
    CASE("fchownat unknown flags", fchownat(AT_FDCWD, "file", 0, 0, 0x40), EINVAL);
    CASE("lchown of a dangling link", lchown("dangling", 5, 5), 0);
    AS_NOBODY({
        CASE("chmod another's", chmod("for-all", 0600), EPERM);
        CASE("chown another's", chown("for-all", 65534, 65534), EPERM);
        CASE("give away", chown("theirs", 1, -1), EPERM);
        CASE("give to another group", chown("theirs", -1, 1), EPERM);
        CASE("give to the own group", chown("theirs", -1, 65534), 0);
        CASE("change nothing of another's", chown("for-all", -1, -1), 0);
        CASE("fchmod another's", fchmod(SUCCEED(open("for-all", O_RDONLY)), 0600), EPERM);
        CASE("fchown another's", fchown(SUCCEED(open("for-all", O_RDONLY)), 1, 1), EPERM);
    });
}

static void times(void)
{
    struct timespec wrong[2] = {{0, 1000000000}, {0, 0}}, set[2] = {{1, 2}, {3, 4}}, omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    struct timeval wrong_micro[2] = {{0, 1000000}, {0, 0}};
    CASE("utimensat wrong time", utimensat(AT_FDCWD, "file", wrong, 0), EINVAL);
    CASE("utimensat unknown flags", utimensat(AT_FDCWD, "file", set, 0x40), EINVAL);
    CASE("utimensat of no descriptor", utimensat(-1, "file", set, 0), EBADF);
    CASE("utimensat bad times", syscall(SYS_utimensat, AT_FDCWD, "file", BAD, 0), EFAULT);
    CASE("utimensat null path here", syscall(SYS_utimensat, AT_FDCWD, NULL, set, 0), EFAULT);
    CASE("utimensat read-only", utimensat(AT_FDCWD, "mounted/file", set, 0), EROFS);
    CASE("utimensat that omits both", utimensat(AT_FDCWD, "missing", omit, 0), 0);
    CASE("futimens of no descriptor", futimens(-1, set), EBADF);
    CASE("utimes wrong time", syscall(SYS_utimes, "file", wrong_micro), EINVAL);
    CASE("utimes bad times", syscall(SYS_utimes, "file", BAD), EFAULT);
    CASE("utime bad times", syscall(SYS_utime, "file", BAD), EFAULT);
    CASE("futimesat of no descriptor", syscall(SYS_futimesat, -1, "file", NULL), EBADF);
    AS_NOBODY({
        CASE("utimensat set for another's", utimensat(AT_FDCWD, "for-all", set, 0), EPERM);
        CASE("utimensat now for what may be written", utimensat(AT_FDCWD, "for-all", NULL, 0), 0);
        CASE("utimensat now for what may not", utimensat(AT_FDCWD, "file", NULL, 0), EACCES);
        CASE("utime set for another's", syscall(SYS_utime, "for-all", &(struct utimbuf){1, 2}), EPERM);
        CASE("utime now for what may not", syscall(SYS_utime, "file", NULL), EACCES);
    });
}

static void sizes(void)
{
    int reading = SUCCEED(open("for-all", O_RDONLY)), fifo = SUCCEED(open("fifo", O_RDWR));
    CASE("truncate a folder", truncate("folder", 0), EISDIR);
    CASE("truncate a fifo", truncate("fifo", 0), EINVAL);
    CASE("truncate to less than nothing", truncate("file", -1), EINVAL);
    CASE("truncate read-only", truncate("mounted/file", 0), EROFS);
    CASE("ftruncate of no descriptor", ftruncate(-1, 0), EBADF);
    CASE("ftruncate of a reader", ftruncate(reading, 0), EINVAL);
    CASE("ftruncate of a fifo", ftruncate(fifo, 0), EINVAL);
    CASE("ftruncate of O_PATH", ftruncate(on_path, 0), EBADF);
    CASE("ftruncate to less than nothing", ftruncate(reading, -1), EINVAL);
    AS_NOBODY(CASE("truncate another's", truncate("file", 0), EACCES));
    close(reading);
    close(fifo);
}

static void accesses(void)
{
    CASE("access unknown mode", syscall(SYS_access, "file", 8), EINVAL);
    CASE("access unknown mode of what is missing", syscall(SYS_access, "missing", 8), EINVAL);
    CASE("access read-only", access("mounted/file", W_OK), EROFS);
    CASE("access where nothing runs", access("mounted/file", X_OK), EACCES);
    CASE("root runs nothing that nobody may", access("file", X_OK), EACCES);
    CASE("faccessat2 unknown flags", syscall(SYS_faccessat2, AT_FDCWD, "file", F_OK, 0x40), EINVAL);
    CASE("faccessat of no descriptor", syscall(SYS_faccessat, -1, "file", F_OK), EBADF);
    CASE("faccessat2 of a link itself", syscall(SYS_faccessat2, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    CASE("faccessat2 of a descriptor", syscall(SYS_faccessat2, on_path, "", R_OK, AT_EMPTY_PATH), 0);
    AS_NOBODY(CASE("faccessat2 by effective ids", syscall(SYS_faccessat2, AT_FDCWD, "file", R_OK, AT_EACCESS), EACCES));
    AS_NOBODY(CASE("access by real ids", access("file", R_OK), 0));
}

static void places(void)
{
    int file = SUCCEED(open("for-all", O_RDONLY)), closed = SUCCEED(open("closed", O_RDONLY));
    char text[4];
    CASE("chdir to a file", chdir("file"), ENOTDIR);
    CASE("fchdir to a file", fchdir(file), ENOTDIR);
    CASE("fchdir to nothing", fchdir(-1), EBADF);
    CASE("chroot to a file", chroot("file"), ENOTDIR);
    AS_NOBODY({
        CASE("chdir to a closed folder", chdir("closed"), EACCES);
        CASE("fchdir to a closed folder", fchdir(closed), EACCES);
        CASE("chroot without privilege", chroot("folder"), EPERM);
    });
    CASE("getcwd without room", syscall(SYS_getcwd, text, sizeof text), ERANGE);
    CASE("getcwd to a bad address", syscall(SYS_getcwd, BAD, 4096), EFAULT);
    SUCCEED(mkdir("gone", 0755));
    SUCCEED(chdir("gone"));
    SUCCEED(rmdir("../gone"));
    CASE("getcwd of what is gone", syscall(SYS_getcwd, (char[200]){0}, 200), ENOENT);
    CASE("to what is gone", chdir("."), 0);
    CASE("from what is gone", chdir(".."), 0);
    close(file);
    close(closed);
}

static void told(void)
{
    struct stat about;
    struct statfs system;
    char more[256];
    CASE("stat to a bad address", syscall(SYS_stat, "file", BAD), EFAULT);
    CASE("fstat of no descriptor", fstat(-1, &about), EBADF);
    CASE("fstat to a bad address", syscall(SYS_fstat, on_path, BAD), EFAULT);
    CASE("fstat of O_PATH", fstat(on_path, &about), 0);
    CASE("fstatat unknown flags", syscall(SYS_newfstatat, AT_FDCWD, "file", &about, 0x20), EINVAL);
    CASE("fstatat of no descriptor", syscall(SYS_newfstatat, -1, "file", &about, 0), EBADF);
    CASE("fstatat from a file", syscall(SYS_newfstatat, on_path, "file", &about, 0), ENOTDIR);
    CASE("fstatat of a descriptor", syscall(SYS_newfstatat, on_path, "", &about, AT_EMPTY_PATH), 0);
    CASE("statfs to a bad address", syscall(SYS_statfs, "file", BAD), EFAULT);
    CASE("fstatfs of no descriptor", syscall(SYS_fstatfs, -1, &system), EBADF);
    CASE("fstatfs to a bad address", syscall(SYS_fstatfs, on_path, BAD), EFAULT);
    CASE("statx reserved mask", syscall(SYS_statx, AT_FDCWD, "file", 0, 1u << 31, more), EINVAL);
    CASE("statx both ways of syncing", syscall(SYS_statx, AT_FDCWD, "file", 0x6000, 0x7ff, more), EINVAL);
    CASE("statx unknown flags", syscall(SYS_statx, AT_FDCWD, "file", 1, 0x7ff, more), EINVAL);
    CASE("statx of no descriptor", syscall(SYS_statx, -1, "file", 0, 0x7ff, more), EBADF);
    CASE("statx to a bad address", syscall(SYS_statx, AT_FDCWD, "file", 0, 0x7ff, BAD), EFAULT);
}

int main(void)
{
    in_fresh_folder("/tmp/attributes-errors");
    make_things();
    of_paths();
    modes();
    times();
    sizes();
    accesses();
    places();
    told();
    return end_cases();
}
