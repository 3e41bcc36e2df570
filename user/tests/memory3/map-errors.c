// Why mmap(2), munmap(2), mprotect(2), mremap(2), msync(2), madvise(2), mincore(2) and the mlock(2) family refuse.
#include "../cases.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define PAGE 4096UL
#define RW (PROT_READ | PROT_WRITE)
#define NEW (MAP_PRIVATE | MAP_ANONYMOUS)
#define HIGH ((void *)(1UL << 47))

static int reader, writer, both, folder, on_path, ends[2];

// Four pages, of which the third is a hole.
static char *holed(void)
{
    char *place = mmap(NULL, 4 * PAGE, RW, NEW, -1, 0);
    CHECK(place != MAP_FAILED);
    SUCCEED(munmap(place + 2 * PAGE, PAGE));
    return place;
}

static void mapping(void)
{
    char *there = mmap(NULL, PAGE, RW, NEW, -1, 0);
    CASE("nothing", mmap(NULL, 0, PROT_READ, NEW, -1, 0), EINVAL);
    CASE("neither shared nor private", mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
    CASE("neither, of a file", mmap(NULL, PAGE, PROT_READ, MAP_FILE, reader, 0), EINVAL);
    CASE("an odd offset", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, reader, 1), EINVAL);
    CASE("an odd place", mmap(there + 1, PAGE, PROT_READ, NEW | MAP_FIXED, -1, 0), EINVAL);
    CASE("no descriptor", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    CASE("a closed descriptor", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 99, 0), EBADF);
    CASE("O_PATH", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, on_path, 0), EBADF);
    CASE("a folder", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0), ENODEV);
    CASE("a pipe", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0), ENODEV);
    CASE("a writer, to read", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writer, 0), EACCES);
    CASE("a writer, to write", mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, writer, 0), EACCES);
    CASE("a reader, shared, to write", mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0), EACCES);
    CASE("a reader, private, to write", munmap(mmap(NULL, PAGE, RW, MAP_PRIVATE, reader, 0), PAGE), 0);
    CASE("occupied", mmap(there, PAGE, PROT_READ, NEW | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    CASE("more than there is", mmap(NULL, 1UL << 48, PROT_READ, NEW | MAP_NORESERVE, -1, 0), ENOMEM);
    CASE("much more than there is", mmap(NULL, -PAGE, PROT_READ, NEW | MAP_NORESERVE, -1, 0), ENOMEM);
    CASE("beyond all files", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, reader, -PAGE), EOVERFLOW);
    CASE("behind all addresses", mmap(HIGH, PAGE, PROT_READ, NEW | MAP_FIXED, -1, 0), ENOMEM);
    CASE("unknown flags, validated", mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x800000, reader, 0), EOPNOTSUPP);
    CASE("a stack of a file", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, reader, 0), EINVAL);
    SUCCEED(munmap(there, PAGE));
}

static void unmapping(void)
{
    char *place = holed();
    CASE("munmap of nothing", munmap(place, 0), EINVAL);
    CASE("munmap odd", munmap(place + 1, PAGE), EINVAL);
    CASE("munmap high", munmap(HIGH, PAGE), EINVAL);
    CASE("munmap too long", munmap(place, 1UL << 48), EINVAL);
    CASE("munmap with a hole", munmap(place, 4 * PAGE), 0);
    CASE("munmap of what is free", munmap(place, 4 * PAGE), 0);
}

static void protecting(void)
{
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    char *place = holed();
    CASE("mprotect odd", mprotect(place + 1, PAGE, PROT_READ), EINVAL);
    CASE("mprotect with a hole", mprotect(place, 4 * PAGE, PROT_READ), ENOMEM);
    CASE("mprotect of a hole", mprotect(place + 2 * PAGE, PAGE, PROT_READ), ENOMEM);
    CASE("mprotect too long", mprotect(place, 1UL << 48, PROT_READ), ENOMEM);
    CASE("mprotect unknown rights", mprotect(place, PAGE, 0x100), EINVAL);
    CASE("mprotect upwards and downwards", mprotect(place, PAGE, PROT_GROWSUP | PROT_GROWSDOWN), EINVAL);
    CASE("mprotect downwards what is no stack", mprotect(place, PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    CASE("mprotect to write a reader's file", mprotect(file, PAGE, RW), EACCES);
    CASE("mprotect of nothing", mprotect(place, 0, PROT_READ), 0);
    SUCCEED(munmap(place, 4 * PAGE));
    SUCCEED(munmap(file, PAGE));
}

static void moving(void)
{
    char *place = holed();
    char *odd = place + 1;
    CASE("mremap odd", mremap(odd, PAGE, PAGE, 0), EINVAL);
    CASE("mremap to nothing", mremap(place, PAGE, 0, 0), EINVAL);
    CASE("mremap of a hole", mremap(place + 2 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CASE("mremap over a hole", mremap(place, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CASE("mremap without room", mremap(place, PAGE, 2 * PAGE, 0), ENOMEM);
    CASE("mremap unknown flags", mremap(place, PAGE, PAGE, 8), EINVAL);
    CASE("mremap fixed without moving", mremap(place, PAGE, PAGE, MREMAP_FIXED, place), EINVAL);
    CASE("mremap onto itself", mremap(place, 2 * PAGE, 2 * PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, place + PAGE), EINVAL);
    CASE("mremap to an odd place", mremap(place, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, odd + 8 * PAGE), EINVAL);
    CASE("mremap high", mremap(place, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, HIGH), EINVAL);
    CASE("mremap of none of private memory", mremap(place, 0, PAGE, MREMAP_MAYMOVE), EINVAL);
    CASE("mremap kept and another size", mremap(place, PAGE, 2 * PAGE, MREMAP_MAYMOVE | 4), EINVAL);
    CASE("mremap kept without moving", mremap(place, PAGE, PAGE, 4), EINVAL);
    SUCCEED(munmap(place, 4 * PAGE));
}

static void advising(void)
{
    char *file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    char *place = holed(), told[16];
    CASE("madvise odd", madvise(place + 1, PAGE, MADV_NORMAL), EINVAL);
    CASE("madvise unknown", madvise(place, PAGE, 9999), EINVAL);
    CASE("madvise less than nothing", madvise(place, -PAGE, MADV_NORMAL), EINVAL);
    CASE("madvise of a hole", madvise(place, 4 * PAGE, MADV_NORMAL), ENOMEM);
    CASE("madvise will need a hole", madvise(place, 4 * PAGE, MADV_WILLNEED), ENOMEM);
    CASE("madvise does not need a hole", madvise(place, 4 * PAGE, MADV_DONTNEED), ENOMEM);
    CASE("madvise free of a file", madvise(file, PAGE, MADV_FREE), EINVAL);
    CASE("madvise remove of private memory", madvise(place, PAGE, MADV_REMOVE), EINVAL);
    CASE("madvise wipe of a file", madvise(file, PAGE, MADV_WIPEONFORK), EINVAL);
    CASE("madvise populate to write a reader's", madvise(file, PAGE, MADV_POPULATE_WRITE), EINVAL);
    CASE("madvise populate a hole", madvise(place, 4 * PAGE, MADV_POPULATE_READ), ENOMEM);
    CASE("madvise of nothing", madvise(place, 0, MADV_NORMAL), 0);
    SUCCEED(mlock(place, PAGE));
    CASE("madvise does not need what is locked", madvise(place, PAGE, MADV_DONTNEED), EINVAL);
    CASE("msync invalidates what is locked", msync(place, PAGE, MS_INVALIDATE), EBUSY);
    SUCCEED(munlock(place, PAGE));
    CASE("msync odd", msync(place + 1, PAGE, MS_SYNC), EINVAL);
    CASE("msync both ways", msync(place, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    CASE("msync unknown flags", msync(place, PAGE, 64), EINVAL);
    CASE("msync of a hole", msync(place, 4 * PAGE, MS_SYNC), ENOMEM);
    CASE("msync of no way", msync(place, PAGE, 0), 0);
    CASE("mincore odd", mincore(place + 1, PAGE, (void *)told), EINVAL);
    CASE("mincore of a hole", mincore(place, 4 * PAGE, (void *)told), ENOMEM);
    CASE("mincore to a bad address", mincore(place, PAGE, BAD), EFAULT);
    CASE("mincore too long", mincore(place, 1UL << 48, (void *)told), ENOMEM);
    SUCCEED(munmap(place, 4 * PAGE));
    SUCCEED(munmap(file, PAGE));
}

static void locking(void)
{
    char *place = holed();
    struct rlimit old, some = {PAGE, PAGE}, none = {0, 0};
    SUCCEED(getrlimit(RLIMIT_MEMLOCK, &old));
    CASE("mlock of a hole", mlock(place, 4 * PAGE), ENOMEM);
    CASE("munlock of a hole", munlock(place, 4 * PAGE), ENOMEM);
    CASE("mlock2 unknown flags", syscall(SYS_mlock2, place, PAGE, 2), EINVAL);
    CASE("mlock around the end", mlock(place, -PAGE), EINVAL);
    CASE("mlockall of nothing", mlockall(0), EINVAL);
    CASE("mlockall unknown flags", mlockall(8), EINVAL);
    CASE("mlockall only on fault", mlockall(MCL_ONFAULT), EINVAL);
    SUCCEED(munlockall());
    some.rlim_max = none.rlim_max = old.rlim_max;
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &some));
    AS_NOBODY({
        CASE("mlock beyond the limit", mlock(place, 2 * PAGE), ENOMEM);
        CASE("mlock up to the limit", mlock(place, PAGE), 0);
        CASE("mlockall beyond the limit", mlockall(MCL_CURRENT), ENOMEM);
        CASE("a locked mapping beyond the limit", mmap(NULL, 4 * PAGE, PROT_READ, NEW | MAP_LOCKED, -1, 0), EAGAIN);
        CASE("munlock", munlock(place, PAGE), 0);
    });
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &none));
    AS_NOBODY({
        CASE("mlock without a limit to have", mlock(place, PAGE), EPERM);
        CASE("mlockall without a limit to have", mlockall(MCL_CURRENT), EPERM);
    });
    SUCCEED(setrlimit(RLIMIT_MEMLOCK, &old));
    SUCCEED(munmap(place, 4 * PAGE));
}

static void limited(void)
{
    struct rlimit old, few;
    SUCCEED(getrlimit(RLIMIT_AS, &old));
    few = old;
    few.rlim_cur = 64 << 20;
    SUCCEED(setrlimit(RLIMIT_AS, &few));
    CASE("beyond the limit of addresses", mmap(NULL, 128 << 20, PROT_NONE, NEW, -1, 0), ENOMEM);
    char *place = mmap(NULL, PAGE, RW, NEW, -1, 0);
    CASE("mremap beyond the limit of addresses", mremap(place, PAGE, 128 << 20, MREMAP_MAYMOVE), ENOMEM);
    SUCCEED(setrlimit(RLIMIT_AS, &old));
    SUCCEED(munmap(place, PAGE));
}

int main(void)
{
    in_fresh_folder("/tmp/map-errors");
    make_file("file", 0666);
    reader = SUCCEED(open("file", O_RDONLY));
    writer = SUCCEED(open("file", O_WRONLY));
    both = SUCCEED(open("file", O_RDWR));
    folder = SUCCEED(open(".", O_RDONLY));
    on_path = SUCCEED(open("file", O_PATH));
    SUCCEED(pipe(ends));
    SUCCEED(ftruncate(both, 2 * PAGE));
    mapping();
    unmapping();
    protecting();
    moving();
    advising();
    locking();
    limited();
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    return end_cases();
}
