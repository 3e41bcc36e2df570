// openat2(2): RESOLVE_ flags.
#include "../test.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int top;

static int open_how(const char *path, struct open_how how, size_t size)
{
    int file = syscall(SYS_openat2, top, path, &how, size);
    if (file >= 0)
        close(file);
    return file;
}

static int resolve(const char *path, unsigned long how)
{
    return open_how(path, (struct open_how){.flags = O_RDONLY, .resolve = how}, sizeof(struct open_how));
}

int main(void)
{
    mkdir("/tmp/confined", 0755);
    mkdir("/tmp/confined/sub", 0755);
    unlink("/tmp/confined/out"), unlink("/tmp/confined/in"), unlink("/tmp/confined/absolute");
    SUCCEED(symlink("../..", "/tmp/confined/out"));
    SUCCEED(symlink("sub", "/tmp/confined/in"));
    SUCCEED(symlink("/sub", "/tmp/confined/absolute"));
    top = SUCCEED(open("/tmp/confined", O_RDONLY));

    SUCCEED(resolve("sub", 0));
    SUCCEED(resolve("sub/../in", RESOLVE_BENEATH));
    EXPECT_ERRNO(resolve("..", RESOLVE_BENEATH), EXDEV);
    EXPECT_ERRNO(resolve("out", RESOLVE_BENEATH), EXDEV);
    EXPECT_ERRNO(resolve("/tmp", RESOLVE_BENEATH), EXDEV);
    EXPECT_ERRNO(resolve("absolute", RESOLVE_BENEATH), EXDEV);
    SUCCEED(resolve("absolute", RESOLVE_IN_ROOT));
    SUCCEED(resolve("/sub", RESOLVE_IN_ROOT));
    SUCCEED(resolve("../../sub", RESOLVE_IN_ROOT));
    EXPECT_ERRNO(resolve("absolute", 0), ENOENT);
    EXPECT_ERRNO(resolve("in", RESOLVE_NO_SYMLINKS), ELOOP);
    SUCCEED(resolve("in", RESOLVE_NO_MAGICLINKS));
    EXPECT_ERRNO(resolve("/proc/self/cwd", RESOLVE_NO_MAGICLINKS), ELOOP);
    EXPECT_ERRNO(resolve("/proc", RESOLVE_NO_XDEV), EXDEV);
    SUCCEED(resolve("sub", RESOLVE_NO_XDEV));

    struct open_how how = {.flags = O_RDONLY};
    EXPECT_ERRNO(open_how("sub", how, 8), EINVAL);
    EXPECT_ERRNO(open_how("sub", (struct open_how){.flags = 1ul << 40}, sizeof how), EINVAL);
    EXPECT_ERRNO(open_how("sub", (struct open_how){.mode = 0600}, sizeof how), EINVAL);
    EXPECT_ERRNO(open_how("x", (struct open_how){.flags = O_CREAT, .mode = 010000}, sizeof how), EINVAL);
    EXPECT_ERRNO(resolve("sub", 1 << 20), EINVAL);
    EXPECT_ERRNO(resolve("sub", RESOLVE_BENEATH | RESOLVE_IN_ROOT), EINVAL);
    EXPECT_ERRNO(syscall(SYS_openat2, top, "sub", BAD, sizeof how), EFAULT);
    struct { struct open_how how; unsigned long more; } longer = {.how = {.flags = O_RDONLY}, .more = 1};
    EXPECT_ERRNO(syscall(SYS_openat2, top, "sub", &longer, sizeof longer), E2BIG);
    longer.more = 0;
    SUCCEED(syscall(SYS_openat2, top, "sub", &longer, sizeof longer));
}
