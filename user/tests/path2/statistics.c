// statx(2), statfs(2), fstatfs(2).
#include "../test.h"
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#define FILE_ "/tmp/statistics-test"

static struct statx status;

static int look(int directory, const char *path, int flags, unsigned mask)
{
    return syscall(SYS_statx, directory, path, flags, mask, &status);
}

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0640));
    EQUAL(write(file, "hello", 5), 5);
    SUCCEED(look(AT_FDCWD, FILE_, 0, STATX_ALL));
    EQUAL(status.stx_mask & STATX_ALL, STATX_ALL);
    EQUAL(status.stx_size, 5);
    EQUAL(status.stx_mode, 0100640);
    EQUAL(status.stx_nlink, 1);
    CHECK(status.stx_blksize >= 512);
    CHECK(status.stx_btime.tv_sec > 0 && status.stx_mtime.tv_nsec < 1000000000);
    SUCCEED(look(file, "", AT_EMPTY_PATH, STATX_SIZE));
    EQUAL(status.stx_size, 5);
    SUCCEED(look(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS));
    EQUAL(status.stx_rdev_major, 1);
    EQUAL(status.stx_rdev_minor, 3);
    EXPECT_ERRNO(look(AT_FDCWD, FILE_, 0x80, 0), EINVAL);
    EXPECT_ERRNO(look(AT_FDCWD, FILE_, 0x6000, 0), EINVAL);
    EXPECT_ERRNO(look(AT_FDCWD, FILE_, 0, 0x80000000), EINVAL);
    EXPECT_ERRNO(look(AT_FDCWD, "", 0, 0), ENOENT);
    EXPECT_ERRNO(look(999, "x", 0, 0), EBADF);
    EXPECT_ERRNO(look(file, "x", 0, 0), ENOTDIR);
    EXPECT_ERRNO(look(AT_FDCWD, BAD, 0, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_statx, AT_FDCWD, FILE_, 0, 0, BAD), EFAULT);

    struct statfs system, same;
    SUCCEED(statfs(FILE_, &system));
    SUCCEED(fstatfs(file, &same));
    EQUAL(system.f_type, same.f_type);
    EQUAL(system.f_namelen, 255);
    CHECK(system.f_blocks > 0 && system.f_bfree <= system.f_blocks && system.f_bsize >= 512);
    SUCCEED(statfs("/proc", &system));
    EQUAL(system.f_type, PROC_SUPER_MAGIC);
    EXPECT_ERRNO(statfs("/tmp/statistics-none", &system), ENOENT);
    EXPECT_ERRNO(statfs(FILE_ "/x", &system), ENOTDIR);
    EXPECT_ERRNO(statfs(BAD, &system), EFAULT);
    EXPECT_ERRNO(statfs(FILE_, BAD), EFAULT);
    EXPECT_ERRNO(fstatfs(999, &system), EBADF);
    EXPECT_ERRNO(fstatfs(file, BAD), EFAULT);
    SUCCEED(unlink(FILE_));
}
