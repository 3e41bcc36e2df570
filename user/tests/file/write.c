// build: musl
// Making, writing, appending, cutting and reading back a file.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "/tmp/write-test"

static long size_of(int file)
{
    struct stat about;
    SUCCEED(fstat(file, &about));
    return about.st_size;
}

int main(void)
{
    char text[32];
    unlink(NAME);
    EXPECT_ERRNO(open(NAME, O_RDWR), ENOENT);
    int file = SUCCEED(open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600));
    EXPECT_ERRNO(open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    EQUAL(write(file, "0123456789", 10), 10);
    EQUAL(lseek(file, 4, SEEK_SET), 4);
    EQUAL(write(file, "xx", 2), 2);
    EQUAL(read(file, text, 32), 4);
    EQUAL(size_of(file), 10);

    // A hole reads as zeros.
    EQUAL(lseek(file, 10000, SEEK_SET), 10000);
    EQUAL(write(file, "end", 3), 3);
    EQUAL(lseek(file, 9990, SEEK_SET), 9990);
    EQUAL(read(file, text, 32), 13);
    CHECK(memcmp(text, "\0\0\0\0\0\0\0\0\0\0end", 13) == 0);

    int append = SUCCEED(open(NAME, O_WRONLY | O_APPEND));
    EQUAL(write(append, "more", 4), 4);
    EQUAL(size_of(file), 10007);
    EQUAL(lseek(append, 0, SEEK_CUR), 10007);
    EXPECT_ERRNO(read(append, text, 1), EBADF);

    SUCCEED(close(SUCCEED(open(NAME, O_WRONLY | O_TRUNC))));
    EQUAL(size_of(file), 0);
    EQUAL(lseek(file, 0, SEEK_SET), 0);
    EQUAL(read(file, text, 1), 0);
    EXPECT_ERRNO(write(SUCCEED(open(NAME, O_RDONLY)), "x", 1), EBADF);
    SUCCEED(unlink(NAME));
    EQUAL(write(file, "still", 5), 5);
    EQUAL(size_of(file), 5);
}
