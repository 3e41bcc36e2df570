// RLIMIT_FSIZE of setrlimit(2), and what writing does to set-id bits.
#include "../process.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define FILE_ "/tmp/size-limit-test"

static void limit(long bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    SUCCEED(setrlimit(RLIMIT_FSIZE, &limit));
}

static volatile int signals;

static void count(int signal) { signals += signal == SIGXFSZ; }

static int mode(void)
{
    struct stat status;
    SUCCEED(stat(FILE_, &status));
    return status.st_mode & 07777;
}

int main(void)
{
    umask(0);
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0666));
    EXPECT_SIGNAL((limit(10), write(file, "0123456789abcdef", 16), write(file, "x", 1)), SIGXFSZ);
    EQUAL(lseek(file, 0, SEEK_END), 10);
    limit(10);
    signal(SIGXFSZ, count);
    EXPECT_ERRNO(write(file, "x", 1), EFBIG);
    EQUAL(signals, 1);
    EXPECT_ERRNO(pwrite(file, "x", 1, 100), EFBIG);
    EXPECT_ERRNO(ftruncate(file, 11), EFBIG);
    EXPECT_ERRNO(truncate(FILE_, 11), EFBIG);
    EXPECT_ERRNO(fallocate(file, 0, 0, 11), EFBIG);
    EQUAL(signals, 5);
    EQUAL(pwrite(file, "abc", 3, 8), 2);
    EQUAL(write(file, "", 0), 0);
    SUCCEED(ftruncate(file, 5));
    limit(-1);

    // The superuser's writing leaves set-id bits as they are; another's does not.
    SUCCEED(chmod(FILE_, 06777));
    EQUAL(write(file, "x", 1), 1);
    EQUAL(mode(), 06777);
    pid_t pid = start_child();
    if (pid == 0) {
        if (setresuid(99, 99, 99) == -1 && errno == ENOSYS)
            _exit(77);
        EQUAL(write(file, "x", 1), 1);
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) == 77)
        SKIP("needs setresuid");
    EQUAL(ended, 0);
    EQUAL(mode(), 0777);
    SUCCEED(unlink(FILE_));
}
