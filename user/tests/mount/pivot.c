// build: musl
// pivot_root(2): what is below becomes the top, and the old top is seen in it.
#include "../process.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define TOP "/tmp/pivot"

static long pivot(const char *new, const char *old) { return syscall(SYS_pivot_root, new, old); }

static void turn(void)
{
    SUCCEED(chroot(TOP));
    SUCCEED(chdir("/"));
    SUCCEED(mkdir("/old-file", 0700));
    SUCCEED(mkdir("/new", 0755));
    EXPECT_ERRNO(pivot("/new", "/new"), EBUSY);
    SUCCEED(mount("new", "/new", "tmpfs", 0, NULL));
    SUCCEED(mkdir("/new/old", 0755));
    SUCCEED(mkdir("/beside", 0755));
    EXPECT_ERRNO(pivot("/new", "/beside"), EBUSY);
    SUCCEED(mkdir("/new/inner", 0755));
    EXPECT_ERRNO(pivot("/new/inner", "/new/old"), EINVAL);
    SUCCEED(pivot("/new", "/new/old"));
    SUCCEED(access("/old/old-file", F_OK));
    SUCCEED(access("/inner", F_OK));
    EXPECT_ERRNO(access("/old-file", F_OK), ENOENT);
    char here[100];
    SUCCEED(syscall(SYS_getcwd, here, sizeof here));
    CHECK(strcmp(here, "/") == 0);
    SUCCEED(access("inner", F_OK));
    SUCCEED(umount("/old"));
    EXPECT_ERRNO(access("/old/old-file", F_OK), ENOENT);
}

int main(void)
{
    mkdir(TOP, 0755);
    if (geteuid() != 0 || mount("none", TOP, "tmpfs", 0, NULL) != 0)
        SKIP("mounting is not allowed here");
    SUCCEED(mount("none", TOP, NULL, MS_PRIVATE, NULL));
    int status = IN_CHILD(turn());
    EQUAL(status, 0);
    SUCCEED(umount2(TOP, MNT_DETACH));
}
