// O_DIRECT and O_NOATIME where a file system has no way past its memory: open(2), fcntl(2).
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_ "/dev/shm/direct-test"

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    EQUAL(write(file, "abc", 3), 3);
    int direct = open(FILE_, O_RDWR | O_DIRECT | O_TRUNC);
    if (direct >= 0)
        SKIP("this file system has one");
    EQUAL(errno, EINVAL);
    EQUAL(lseek(file, 0, SEEK_END), 3);
    EXPECT_ERRNO(fcntl(file, F_SETFL, O_DIRECT), EINVAL);

    struct timespec times[2] = {{.tv_sec = 100}, {.tv_sec = 100}};
    SUCCEED(futimens(file, times));
    char byte;
    int quiet = SUCCEED(open(FILE_, O_RDONLY | O_NOATIME));
    EQUAL(read(quiet, &byte, 1), 1);
    struct stat status;
    SUCCEED(fstat(file, &status));
    EQUAL(status.st_atim.tv_sec, 100);
    SUCCEED(lseek(file, 0, SEEK_SET));
    EQUAL(read(file, &byte, 1), 1);
    SUCCEED(fstat(file, &status));
    CHECK(status.st_atim.tv_sec > 100);
    SUCCEED(unlink(FILE_));
}
