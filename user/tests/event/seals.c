// build: -O2 -static
// F_ADD_SEALS, F_GET_SEALS: what a sealed file refuses.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

static int make(int seals)
{
    int fd = SUCCEED(memfd_create("sealed", MFD_ALLOW_SEALING));
    EQUAL(write(fd, "12345678", 8), 8);
    EQUAL(fcntl(fd, F_GET_SEALS), 0);
    SUCCEED(fcntl(fd, F_ADD_SEALS, seals));
    EQUAL(fcntl(fd, F_GET_SEALS), seals);
    return fd;
}

int main(void)
{
    int fd = make(F_SEAL_SHRINK);
    EXPECT_ERRNO(ftruncate(fd, 4), EPERM);
    SUCCEED(ftruncate(fd, 20));
    fd = make(F_SEAL_GROW);
    EXPECT_ERRNO(ftruncate(fd, 20), EPERM);
    EXPECT_ERRNO(pwrite(fd, "12", 2, 7), EPERM);
    EXPECT_ERRNO(fallocate(fd, 0, 0, 5000), EPERM);
    EQUAL(pwrite(fd, "12", 2, 6), 2);
    SUCCEED(ftruncate(fd, 4));
    fd = make(F_SEAL_WRITE);
    EXPECT_ERRNO(pwrite(fd, "1", 1, 0), EPERM);
    EXPECT_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 8), EPERM);
    EXPECT_ERRNO((long)mmap(0, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
    CHECK(mmap(0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
    SUCCEED(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
    EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM);
    EQUAL(fcntl(fd, F_GET_SEALS), F_SEAL_WRITE | F_SEAL_SEAL);

    // Not while somebody can write through a mapping; but no new ones, if that is asked.
    fd = make(F_SEAL_SHRINK);
    char *memory = mmap(0, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    SUCCEED(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    memory[0] = 'x';
    EXPECT_ERRNO(pwrite(fd, "1", 1, 0), EPERM);
    EXPECT_ERRNO((long)mmap(0, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
    char *reading = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(reading != MAP_FAILED);
    EQUAL(reading[0], 'x');
    EXPECT_ERRNO(mprotect(reading, 8, PROT_READ | PROT_WRITE), EACCES);
    SUCCEED(munmap(memory, 8));
    SUCCEED(munmap(reading, 8));
    SUCCEED(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));

    EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, 0x1000), EINVAL);
    fd = SUCCEED(memfd_create("plain", 0));
    EQUAL(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL);
    EXPECT_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
    int ends[2];
    SUCCEED(pipe(ends));
    EXPECT_ERRNO(fcntl(ends[1], F_ADD_SEALS, F_SEAL_WRITE), EINVAL);
    EXPECT_ERRNO(fcntl(ends[0], F_GET_SEALS), EINVAL);
    return 0;
}
