// mount(2), umount2(2): new file systems, their options, binds, remounts, moves.
#include "../process.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#define A "/tmp/mounts-a"
#define B "/tmp/mounts-b"

static int exists(const char *path) { return access(path, F_OK) == 0; }

static void touch(const char *path) { SUCCEED(close(SUCCEED(open(path, O_WRONLY | O_CREAT, 0644)))); }

int main(void)
{
    umask(0);
    umount2(A, MNT_DETACH), umount2(B, MNT_DETACH);
    mkdir(A, 0755), mkdir(B, 0755);
    touch(A "/below");
    if (mount("none", A, "tmpfs", MS_NOSUID, "size=64k,mode=710") == -1 && errno == EPERM)
        SKIP("may not mount here");
    SUCCEED(mount(NULL, A, NULL, MS_PRIVATE, NULL));
    CHECK(!exists(A "/below"));
    struct stat status;
    SUCCEED(stat(A, &status));
    EQUAL(status.st_mode & 07777, 0710);
    struct statfs system;
    SUCCEED(statfs(A, &system));
    EQUAL(system.f_blocks * system.f_bsize, 65536);
    EQUAL(system.f_flags & ST_NOSUID, ST_NOSUID);

    // What is full is full.
    static char page[4096];
    int file = SUCCEED(open(A "/file", O_RDWR | O_CREAT, 0644));
    for (int i = 0; i < 16; i++)
        EQUAL(write(file, page, sizeof page), sizeof page);
    EXPECT_ERRNO(write(file, page, sizeof page), ENOSPC);
    SUCCEED(ftruncate(file, 0));

    EXPECT_ERRNO(umount2(A, 0), EBUSY);
    EXPECT_ERRNO(mount(NULL, A, NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
    SUCCEED(close(file));
    SUCCEED(mount(NULL, A, NULL, MS_REMOUNT | MS_RDONLY, NULL));
    EXPECT_ERRNO(open(A "/file", O_RDWR), EROFS);
    EXPECT_ERRNO(open(A "/new", O_RDWR | O_CREAT, 0644), EROFS);
    EXPECT_ERRNO(mkdir(A "/folder", 0755), EROFS);
    EXPECT_ERRNO(unlink(A "/file"), EROFS);
    EXPECT_ERRNO(chmod(A "/file", 0600), EROFS);
    EXPECT_ERRNO(access(A "/file", W_OK), EROFS);
    SUCCEED(close(SUCCEED(open(A "/file", O_RDONLY))));
    SUCCEED(mount(NULL, A, NULL, MS_REMOUNT, "size=128k"));
    SUCCEED(statfs(A, &system));
    EQUAL(system.f_blocks * system.f_bsize, 131072);
    SUCCEED(mkdir(A "/folder", 0755));

    // The same files in two places.
    SUCCEED(mount(A "/folder", B, NULL, MS_BIND, NULL));
    touch(B "/shared");
    CHECK(exists(A "/folder/shared"));
    EXPECT_ERRNO(rename(B "/shared", A "/shared"), EXDEV);
    EXPECT_ERRNO(link(B "/shared", A "/shared"), EXDEV);
    SUCCEED(mount(NULL, B, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    EXPECT_ERRNO(unlink(B "/shared"), EROFS);
    SUCCEED(unlink(A "/folder/shared"));
    EXPECT_ERRNO(rmdir(B), EBUSY);
    SUCCEED(umount2(B, 0));
    SUCCEED(rmdir(B)), SUCCEED(mkdir(B, 0755));

    // In use, and gone from sight.
    SUCCEED(chdir(A));
    EXPECT_ERRNO(umount2(A, 0), EBUSY);
    SUCCEED(umount2(A, MNT_DETACH));
    CHECK(exists(A "/below") && exists("folder"));
    SUCCEED(chdir("/"));

    EXPECT_ERRNO(umount2(A, 0), EINVAL);
    EXPECT_ERRNO(umount2(A, 0x100), EINVAL);
    EXPECT_ERRNO(umount2("/tmp/mounts-none", 0), ENOENT);
    EXPECT_ERRNO(umount2(BAD, 0), EFAULT);
    EXPECT_ERRNO(mount("none", "/tmp/mounts-none", "tmpfs", 0, NULL), ENOENT);
    EXPECT_ERRNO(mount("none", A "/below", "tmpfs", 0, NULL), ENOTDIR);
    EXPECT_ERRNO(mount("none", A, "nosuchfs", 0, NULL), ENODEV);
    EXPECT_ERRNO(mount("none", A, "tmpfs", 0, "size=many"), EINVAL);
    EXPECT_ERRNO(mount("none", A, "tmpfs", 0, "nonsense"), EINVAL);
    EXPECT_ERRNO(mount("none", A, BAD, 0, NULL), EFAULT);
    EXPECT_ERRNO(mount(A, B, NULL, MS_REMOUNT, NULL), EINVAL);
    EXPECT_ERRNO(mount("/tmp/mounts-none", A, NULL, MS_BIND, NULL), ENOENT);
    pid_t pid = start_child();
    if (pid == 0) {
        if (setresuid(99, 99, 99) == -1 && errno == ENOSYS)
            _exit(77);
        EXPECT_ERRNO(mount("none", A, "tmpfs", 0, NULL), EPERM);
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) != 77)
        EQUAL(ended, 0);
    SUCCEED(unlink(A "/below")), SUCCEED(rmdir(A)), SUCCEED(rmdir(B));
}
