// mmap(2): its flags, and what it refuses.
#include "../mapping.h"
#include <sys/resource.h>

static long call(void *at, size_t length, int protection, int flags, int fd, long offset)
{
    char *got = mmap(at, length, protection, flags, fd, offset);
    return got == MAP_FAILED ? -1 : (SUCCEED(munmap(got, length)), 0);
}

static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

static void limited_space(void)
{
    struct rlimit limit = {64 << 20, 64 << 20};
    SUCCEED(setrlimit(RLIMIT_AS, &limit));
    EXPECT_ERRNO(call(NULL, 64 << 20, BOTH, anonymous, -1, 0), ENOMEM);
    SUCCEED(call(NULL, 32 << 20, BOTH, anonymous, -1, 0));
}

static void limited_data(void)
{
    struct rlimit limit = {16 << 20, 16 << 20};
    SUCCEED(setrlimit(RLIMIT_DATA, &limit));
    EXPECT_ERRNO(call(NULL, 32 << 20, BOTH, anonymous, -1, 0), ENOMEM);
    SUCCEED(call(NULL, 32 << 20, PROT_READ, anonymous, -1, 0));
    SUCCEED(call(NULL, 8 << 20, BOTH, anonymous, -1, 0));
}

int main(void)
{
    int fd = make_file(PAGE);
    EXPECT_ERRNO(call(NULL, 0, BOTH, anonymous, -1, 0), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_PRIVATE, fd, 1), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_PRIVATE, 99, 0), EBADF);
    EXPECT_ERRNO(call(NULL, -1UL, BOTH, anonymous, -1, 0), ENOMEM);
    EXPECT_ERRNO(call(NULL, 1UL << 47, BOTH, anonymous, -1, 0), ENOMEM);
    EXPECT_ERRNO(call(NULL, 2 * PAGE, BOTH, MAP_PRIVATE, fd, -PAGE), EOVERFLOW);
    EXPECT_ERRNO(call((void *)(PAGE + 1), PAGE, BOTH, anonymous | MAP_FIXED, -1, 0), EINVAL);
    EXPECT_ERRNO(call((void *)-PAGE, PAGE, BOTH, anonymous | MAP_FIXED, -1, 0), ENOMEM);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0), EINVAL);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_SHARED_VALIDATE | 0x1000000, fd, 0), EOPNOTSUPP);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0), EOPNOTSUPP);
    SUCCEED(call(NULL, PAGE, BOTH, MAP_SHARED_VALIDATE, fd, 0));
    SUCCEED(call(NULL, PAGE, BOTH, anonymous | MAP_STACK | MAP_NORESERVE | MAP_LOCKED | MAP_NONBLOCK, -1, 0));
    SUCCEED(call(NULL, PAGE, BOTH, anonymous | MAP_DENYWRITE | MAP_EXECUTABLE | 0x8000000, -1, 0));

    char name[] = "/tmp/map-flags";
    SUCCEED(close(SUCCEED(open(name, O_CREAT | O_WRONLY, 0600))));
    int reads = SUCCEED(open(name, O_RDONLY)), writes = SUCCEED(open(name, O_WRONLY));
    EXPECT_ERRNO(call(NULL, PAGE, PROT_READ, MAP_SHARED, writes, 0), EACCES);
    EXPECT_ERRNO(call(NULL, PAGE, PROT_READ, MAP_PRIVATE, writes, 0), EACCES);
    EXPECT_ERRNO(call(NULL, PAGE, BOTH, MAP_SHARED, reads, 0), EACCES);
    SUCCEED(call(NULL, PAGE, BOTH, MAP_PRIVATE, reads, 0));
    char *view = map_file(reads, 1, PROT_READ, MAP_SHARED);
    EXPECT_ERRNO(mprotect(view, PAGE, BOTH), EACCES);
    EXPECT_ERRNO(call(NULL, PAGE, PROT_READ, MAP_PRIVATE, SUCCEED(open("/tmp", O_RDONLY)), 0), ENODEV);
    int ends[2];
    SUCCEED(pipe(ends));
    EXPECT_ERRNO(call(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0), ENODEV);
    EXPECT_ERRNO(call(NULL, PAGE, PROT_READ, MAP_PRIVATE, SUCCEED(open("/tmp", O_PATH)), 0), EBADF);
    SUCCEED(unlink(name));

    // Where it comes to lie.
    char *low = map(3, BOTH, MAP_PRIVATE | MAP_32BIT);
    CHECK((unsigned long)low + 3 * PAGE <= 1UL << 31);
    char *here = map(3, BOTH, MAP_PRIVATE);
    EXPECT_ERRNO(mmap(here, PAGE, BOTH, anonymous | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    SUCCEED(munmap(here + PAGE, PAGE));
    CHECK(mmap(here + PAGE, PAGE, BOTH, anonymous | MAP_FIXED_NOREPLACE, -1, 0) == here + PAGE);
    SUCCEED(munmap(here + PAGE, PAGE));
    // A wish is rounded down, and granted if it can be.
    CHECK(mmap(here + PAGE + 5, PAGE, BOTH, anonymous, -1, 0) == here + PAGE);
    char *other = mmap(here + PAGE, PAGE, BOTH, anonymous, -1, 0);
    CHECK(other != MAP_FAILED && other != here + PAGE);
    WRITE(here, 'x');
    CHECK(mmap(here, PAGE, BOTH, anonymous | MAP_FIXED, -1, 0) == here);
    EQUAL(READ(here), 0);

    EQUAL(IN_CHILD(limited_space()), 0);
    EQUAL(IN_CHILD(limited_data()), 0);
}
