// build: musl
// getrlimit(2), setrlimit(2), prlimit(2): what they refuse, and who may raise a limit.
#include "../process.h"
#include <sys/resource.h>
#include <sys/syscall.h>

static void as_another(void)
{
    struct rlimit limit = {100, 200};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &limit));
    SUCCEED(setgid(4711));
    SUCCEED(setuid(4711));
    limit = (struct rlimit){150, 200};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &limit));
    limit = (struct rlimit){150, 201};
    EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &limit), EPERM);
    limit = (struct rlimit){50, 60};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &limit));
    EXPECT_ERRNO(syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, NULL, &limit), EPERM);
    EXPECT_ERRNO(syscall(SYS_prlimit64, getppid(), RLIMIT_NOFILE, &limit, NULL), EPERM);
    SUCCEED(syscall(SYS_prlimit64, getpid(), RLIMIT_NOFILE, NULL, &limit));
    EQUAL(limit.rlim_max, 60);
}

int main(void)
{
    struct rlimit limit, contrary = {10, 9};
    for (int kind = 0; kind < 16; kind++) {
        SUCCEED(syscall(SYS_getrlimit, kind, &limit));
        CHECK(limit.rlim_cur <= limit.rlim_max);
        EXPECT_ERRNO(syscall(SYS_setrlimit, kind, &contrary), EINVAL);
    }
    EXPECT_ERRNO(syscall(SYS_getrlimit, 16, &limit), EINVAL);
    EXPECT_ERRNO(syscall(SYS_setrlimit, 16, &limit), EINVAL);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, -1, NULL, &limit), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getrlimit, RLIMIT_CORE, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_setrlimit, RLIMIT_CORE, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_CORE, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 1 << 29, RLIMIT_CORE, NULL, &limit), ESRCH);
    // More descriptors than any table holds, not even for the superuser.
    limit = (struct rlimit){1024, RLIM_INFINITY};
    EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &limit), EPERM);
    EQUAL(IN_CHILD(as_another()), 0);
}
