// build: musl
// RLIMIT_MEMLOCK: how much an ordinary user may lock; none at all is a matter of permission.
#include "../process.h"
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void bound(void)
{
    struct rlimit limit = {64 << 10, 64 << 10};
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &limit));
    char *place = mmap(NULL, 256 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
    // The superuser is not bound.
    SUCCEED(mlock(place, 256 << 10));
    SUCCEED(munlock(place, 256 << 10));
    SUCCEED(setuid(4711));
    SUCCEED(mlock(place, 64 << 10));
    EXPECT_ERRNO(mlock(place + (64 << 10), 4096), ENOMEM);
    SUCCEED(munlock(place, 64 << 10));
    EXPECT_ERRNO(mlock(place, 68 << 10), ENOMEM);
    EXPECT_ERRNO(mlockall(MCL_CURRENT), ENOMEM);
    EXPECT_ERRNO(mmap(NULL, 128 << 10, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EAGAIN);
}

static void forbidden(void)
{
    struct rlimit limit = {0, 0};
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &limit));
    char *place = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(mlock(place, 4096), EPERM);
    EXPECT_ERRNO(mlockall(MCL_CURRENT), EPERM);
    // Not by the library, which makes another error of it.
    EXPECT_ERRNO(syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0), EPERM);
}

int main(void)
{
    EQUAL(IN_CHILD(bound()), 0);
    EQUAL(IN_CHILD(forbidden()), 0);
}
