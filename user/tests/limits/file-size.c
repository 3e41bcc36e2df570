// build: musl
// RLIMIT_FSIZE: a write stops at the limit; one beyond it brings SIGXFSZ, and EFBIG if that is ignored or caught.
#include "../signals.h"
#include <fcntl.h>
#include <sys/resource.h>

int main(void)
{
    struct rlimit limit = {1000, RLIM_INFINITY};
    char bytes[1500] = "";
    int fd = SUCCEED(open("/tmp/limits.file-size", O_RDWR | O_CREAT | O_TRUNC, 0600));
    SUCCEED(setrlimit(RLIMIT_FSIZE, &limit));
    catch_signal(SIGXFSZ, 0);
    EQUAL(write(fd, bytes, 600), 600);
    EQUAL(write(fd, bytes, 600), 400);
    EQUAL(caught, 0);
    EXPECT_ERRNO(write(fd, bytes, 1), EFBIG);
    EQUAL(caught, 1);
    EQUAL(last.si_signo, SIGXFSZ);
    EXPECT_ERRNO(pwrite(fd, bytes, 1, 1000), EFBIG);
    EQUAL(pwrite(fd, bytes, 1500, 10), 990);
    EXPECT_ERRNO(ftruncate(fd, 1001), EFBIG);
    EQUAL(caught, 3);
    EXPECT_ERRNO(truncate("/tmp/limits.file-size", 5000), EFBIG);
    SUCCEED(ftruncate(fd, 1000));
    EQUAL(write(fd, bytes, 0), 0);
    signal(SIGXFSZ, SIG_DFL);
    struct rlimit no_core = {0, 0};
    SUCCEED(setrlimit(RLIMIT_CORE, &no_core));
    EXPECT_SIGNAL(pwrite(fd, bytes, 1, 2000), SIGXFSZ);
    // Pipes have no size.
    int ends[2];
    SUCCEED(pipe(ends));
    EQUAL(write(ends[1], bytes, 1500), 1500);
    SUCCEED(unlink("/tmp/limits.file-size"));
}
