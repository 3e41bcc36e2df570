// splice(2), tee(2), vmsplice(2)
#include "../test.h"
#include <fcntl.h>
#include <sys/uio.h>

#define FILE_ "/tmp/splice-test"

int main(void)
{
    char bytes[20000];
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    for (int i = 0; i < (int)sizeof bytes; i++)
        bytes[i] = i % 127;
    EQUAL(write(file, bytes, sizeof bytes), sizeof bytes);
    int one[2], two[2];
    SUCCEED(pipe(one)), SUCCEED(pipe(two));

    // From a file at an offset, which moves while the file's position does not.
    long offset = 1000;
    EQUAL(splice(file, &offset, one[1], NULL, 10000, 0), 10000);
    EQUAL(offset, 11000);
    EQUAL(lseek(file, 0, SEEK_CUR), sizeof bytes);
    // Seen twice.
    EQUAL(tee(one[0], two[1], 5000, 0), 5000);
    char back[20000];
    EQUAL(read(two[0], back, sizeof back), 5000);
    EQUAL(memcmp(back, bytes + 1000, 5000), 0);
    // From pipe to pipe, and to a file.
    EQUAL(splice(one[0], NULL, two[1], NULL, 4500, 0), 4500);
    offset = 50000;
    long moved = 0;
    while (moved < 4500)
        moved += SUCCEED(splice(two[0], NULL, file, &offset, 4500 - moved, 0));
    EQUAL(pread(file, back, 4500, 50000), 4500);
    EQUAL(memcmp(back, bytes + 1000, 4500), 0);
    EQUAL(read(one[0], back, sizeof back), 5500);
    EQUAL(memcmp(back, bytes + 5500, 5500), 0);
    // At the end of the file there is nothing.
    SUCCEED(lseek(file, 0, SEEK_END));
    EQUAL(splice(file, NULL, one[1], NULL, 10, 0), 0);
    EQUAL(splice(one[0], NULL, two[1], NULL, 0, 0), 0);

    struct iovec parts[2] = {{bytes, 10}, {bytes + 20, 5}};
    EQUAL(vmsplice(one[1], parts, 2, 0), 15);
    EQUAL(read(one[0], back, 100), 15);
    EQUAL(back[10], 20);
    EQUAL(write(one[1], "abc", 3), 3);
    EQUAL(vmsplice(one[0], parts, 1, 0), 3);
    EQUAL(bytes[2], 'c');

    EXPECT_ERRNO(splice(one[0], NULL, two[1], NULL, 10, SPLICE_F_NONBLOCK), EAGAIN);
    EXPECT_ERRNO(tee(one[0], two[1], 10, SPLICE_F_NONBLOCK), EAGAIN);
    EXPECT_ERRNO(splice(file, NULL, file, NULL, 10, 0), EINVAL);
    EXPECT_ERRNO(splice(one[0], NULL, one[1], NULL, 10, 0), EINVAL);
    EXPECT_ERRNO(splice(one[0], &offset, two[1], NULL, 10, 0), ESPIPE);
    EXPECT_ERRNO(splice(one[0], NULL, two[1], NULL, 10, 0x100), EINVAL);
    EXPECT_ERRNO(splice(one[1], NULL, two[1], NULL, 10, 0), EBADF);
    EXPECT_ERRNO(splice(999, NULL, two[1], NULL, 10, 0), EBADF);
    EXPECT_ERRNO(splice(file, BAD, one[1], NULL, 10, 0), EFAULT);
    EXPECT_ERRNO(tee(file, two[1], 10, 0), EINVAL);
    EXPECT_ERRNO(tee(one[0], one[1], 10, 0), EINVAL);
    EXPECT_ERRNO(vmsplice(file, parts, 1, 0), EBADF);
    EXPECT_ERRNO(vmsplice(one[1], BAD, 1, 0), EFAULT);
    SUCCEED(fcntl(file, F_SETFL, O_APPEND));
    EQUAL(write(one[1], "abc", 3), 3);
    EXPECT_ERRNO(splice(one[0], NULL, file, NULL, 3, 0), EINVAL);
    EQUAL(read(one[0], back, 10), 3);
    SUCCEED(close(one[1]));
    EQUAL(splice(one[0], NULL, two[1], NULL, 10, 0), 0);
    SUCCEED(unlink(FILE_));
}
