// utimensat(2) and its relatives: what they set, and who may.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <utime.h>

#define FILE_ "/tmp/times-test"

static struct stat status;

static void look(void) { SUCCEED(lstat(FILE_, &status)); }

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_EXCL, 0644));
    struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 123456789}, {.tv_sec = 2000, .tv_nsec = 987654321}};
    SUCCEED(utimensat(AT_FDCWD, FILE_, times, 0));
    look();
    EQUAL(status.st_atim.tv_sec, 1000);
    EQUAL(status.st_atim.tv_nsec, 123456789);
    EQUAL(status.st_mtim.tv_sec, 2000);
    EQUAL(status.st_mtim.tv_nsec, 987654321);
    CHECK(status.st_ctim.tv_sec > 2000);

    times[0].tv_nsec = UTIME_OMIT;
    times[1] = (struct timespec){.tv_sec = 3000};
    SUCCEED(futimens(file, times));
    look();
    EQUAL(status.st_atim.tv_sec, 1000);
    EQUAL(status.st_mtim.tv_sec, 3000);
    times[0].tv_nsec = UTIME_NOW;
    times[1].tv_nsec = UTIME_OMIT;
    SUCCEED(utimensat(AT_FDCWD, FILE_, times, AT_SYMLINK_NOFOLLOW));
    look();
    CHECK(status.st_atim.tv_sec > 3000);
    EQUAL(status.st_mtim.tv_sec, 3000);

    struct utimbuf old = {.actime = 7, .modtime = 8};
    SUCCEED(syscall(SYS_utime, FILE_, &old));
    look();
    EQUAL(status.st_atim.tv_sec, 7);
    EQUAL(status.st_mtim.tv_sec, 8);
    struct timeval micro[2] = {{.tv_sec = 9, .tv_usec = 5}, {.tv_sec = 10, .tv_usec = 999999}};
    SUCCEED(syscall(SYS_utimes, FILE_, micro));
    look();
    EQUAL(status.st_atim.tv_nsec, 5000);
    EQUAL(status.st_mtim.tv_nsec, 999999000);
    int tmp = SUCCEED(open("/tmp", O_RDONLY));
    micro[0].tv_sec = 11;
    SUCCEED(syscall(SYS_futimesat, tmp, "times-test", micro));
    look();
    EQUAL(status.st_atim.tv_sec, 11);
    SUCCEED(syscall(SYS_utime, FILE_, NULL));
    look();
    CHECK(status.st_mtim.tv_sec > 3000);

    micro[0].tv_usec = 1000000;
    EXPECT_ERRNO(syscall(SYS_utimes, FILE_, micro), EINVAL);
    times[0].tv_nsec = 1000000000;
    EXPECT_ERRNO(utimensat(AT_FDCWD, FILE_, times, 0), EINVAL);
    EXPECT_ERRNO(utimensat(AT_FDCWD, "/tmp/times-none", NULL, 0), ENOENT);
    EXPECT_ERRNO(utimensat(AT_FDCWD, FILE_, NULL, 0x40), EINVAL);
    EXPECT_ERRNO(syscall(SYS_utimensat, file, NULL, NULL, AT_SYMLINK_NOFOLLOW), EINVAL);
    EXPECT_ERRNO(syscall(SYS_utimensat, AT_FDCWD, NULL, NULL, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_utimensat, 999, NULL, NULL, 0), EBADF);
    EXPECT_ERRNO(syscall(SYS_utimensat, AT_FDCWD, FILE_, BAD, 0), EFAULT);
    // Nothing is to be set, so nothing is looked at.
    times[0].tv_nsec = times[1].tv_nsec = UTIME_OMIT;
    SUCCEED(utimensat(AT_FDCWD, "/tmp/times-none", times, 0));

    SUCCEED(chmod(FILE_, 0666));
    pid_t pid = start_child();
    if (pid == 0) {
        if (setresuid(99, 99, 99) == -1 && errno == ENOSYS)
            _exit(77);
        SUCCEED(utimensat(AT_FDCWD, FILE_, NULL, 0));
        times[0].tv_nsec = times[1].tv_nsec = UTIME_NOW;
        SUCCEED(utimensat(AT_FDCWD, FILE_, times, 0));
        times[1].tv_nsec = UTIME_OMIT;
        EXPECT_ERRNO(utimensat(AT_FDCWD, FILE_, times, 0), EPERM);
        times[1].tv_nsec = 1;
        EXPECT_ERRNO(utimensat(AT_FDCWD, FILE_, times, 0), EPERM);
        EXPECT_ERRNO(utimensat(AT_FDCWD, "/", NULL, 0), EACCES);
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) == 77)
        SKIP("needs setresuid");
    EQUAL(ended, 0);
    SUCCEED(unlink(FILE_));
}
