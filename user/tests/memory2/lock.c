// mlock(2), mlockall(2) and their limit.
#include "../mapping.h"
#include <sys/resource.h>
#include <sys/syscall.h>

static void limit_to(long bytes)
{
    struct rlimit limit = {bytes, bytes};
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &limit));
    if (syscall(SYS_setresuid, 1000, 1000, 1000) == -1 && errno == ENOSYS)
        _exit(77);
}

int main(void)
{
    unsigned char there[4];
    char *own = map(4, BOTH, MAP_PRIVATE);
    EXPECT_ERRNO(syscall(SYS_mlock2, own, PAGE, 2), EINVAL);
    EXPECT_ERRNO(mlockall(0), EINVAL);
    EXPECT_ERRNO(mlockall(64), EINVAL);
    EXPECT_ERRNO(mlockall(MCL_ONFAULT), EINVAL);
    SUCCEED(mlock(own + 5, PAGE));
    SUCCEED(mincore(own, 4 * PAGE, there));
    EQUAL(there[0] & there[1] & 1, 1);
    EQUAL(there[2] & 1, 0);
    SUCCEED(munlock(own, 2 * PAGE));
    SUCCEED(syscall(SYS_mlock2, own + 3 * PAGE, PAGE, 1));
    SUCCEED(mincore(own + 3 * PAGE, PAGE, there));
    EQUAL(there[0] & 1, 0);
    SUCCEED(munmap(own + 2 * PAGE, PAGE));
    EXPECT_ERRNO(mlock(own, 4 * PAGE), ENOMEM);
    EXPECT_ERRNO(munlock(own, 4 * PAGE), ENOMEM);
    SUCCEED(mlock(own, -1UL));
    EXPECT_ERRNO(mlock(own, -PAGE), EINVAL);
    EXPECT_ERRNO(mlock(map(1, PROT_NONE, MAP_PRIVATE), PAGE), ENOMEM);

    EQUAL(IN_CHILD({
              SUCCEED(mlockall(MCL_FUTURE));
              char *new = map(2, BOTH, MAP_PRIVATE);
              SUCCEED(mincore(new, 2 * PAGE, there));
              EQUAL(there[0] & there[1] & 1, 1);
              SUCCEED(munlockall());
          }),
          0);
    int status = IN_CHILD({
              limit_to(8 * PAGE);
              char *new = map(16, BOTH, MAP_PRIVATE);
              SUCCEED(mlock(new, 8 * PAGE));
              SUCCEED(mlock(new, 8 * PAGE));
              EXPECT_ERRNO(mlock(new + 8 * PAGE, PAGE), ENOMEM);
              EXPECT_ERRNO(mmap(NULL, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EAGAIN);
              EXPECT_ERRNO(mlockall(MCL_CURRENT), ENOMEM);
              SUCCEED(munlock(new, PAGE));
              SUCCEED(mlock(new + 8 * PAGE, PAGE));
          });
    if (status == 77 << 8)
        SKIP("needs setresuid");
    EQUAL(status, 0);
    EQUAL(IN_CHILD({
              limit_to(0);
              EXPECT_ERRNO(mlock(map(1, BOTH, MAP_PRIVATE), PAGE), EPERM);
              EXPECT_ERRNO(mlockall(MCL_CURRENT), EPERM);
          }),
          0);
}
