// build: musl
// RLIMIT_AS and RLIMIT_DATA: what a process maps and how far its break goes; reading and sharing files is no data.
#include "../process.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void limit(int kind, rlim_t soft)
{
    struct rlimit limit = {soft, RLIM_INFINITY};
    SUCCEED(setrlimit(kind, &limit));
}

static void *map(size_t size, int protection, int flags)
{
    return mmap(NULL, size, protection, flags | MAP_ANONYMOUS, -1, 0);
}

static void little_data(void)
{
    limit(RLIMIT_DATA, 8 << 20);
    void *data = map(4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    CHECK(data != MAP_FAILED);
    EXPECT_ERRNO(map(8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE), ENOMEM);
    CHECK(map(16 << 20, PROT_READ, MAP_PRIVATE) != MAP_FAILED);
    CHECK(map(16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED) != MAP_FAILED);
    char *end = (char *)syscall(SYS_brk, 0);
    EQUAL(syscall(SYS_brk, end + (16 << 20)), (long)end);
    EQUAL(syscall(SYS_brk, end + (1 << 20)), (long)(end + (1 << 20)));
    EXPECT_ERRNO(mremap(data, 4 << 20, 12 << 20, MREMAP_MAYMOVE), ENOMEM);
    SUCCEED(munmap(data, 4 << 20));
    CHECK(map(4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE) != MAP_FAILED);
}

static void little_space(void)
{
    limit(RLIMIT_AS, 64 << 20);
    void *place = map(16 << 20, PROT_NONE, MAP_PRIVATE);
    CHECK(place != MAP_FAILED);
    EXPECT_ERRNO(map(64 << 20, PROT_NONE, MAP_PRIVATE), ENOMEM);
    EXPECT_ERRNO(map(64 << 20, PROT_READ, MAP_SHARED), ENOMEM);
    EXPECT_ERRNO(mremap(place, 16 << 20, 80 << 20, MREMAP_MAYMOVE), ENOMEM);
    char *end = (char *)syscall(SYS_brk, 0);
    EQUAL(syscall(SYS_brk, end + (64 << 20)), (long)end);
    SUCCEED(munmap(place, 16 << 20));
    CHECK(map(16 << 20, PROT_NONE, MAP_PRIVATE) != MAP_FAILED);
}

int main(void)
{
    EQUAL(IN_CHILD(little_data()), 0);
    EQUAL(IN_CHILD(little_space()), 0);
}
