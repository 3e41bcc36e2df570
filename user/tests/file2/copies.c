// sendfile(2), copy_file_range(2)
#include "../test.h"
#include <fcntl.h>
#include <sys/sendfile.h>

#define FROM "/tmp/copies-from"
#define TO "/tmp/copies-to"

int main(void)
{
    static char bytes[30000], back[30000];
    unlink(FROM), unlink(TO);
    int from = SUCCEED(open(FROM, O_RDWR | O_CREAT, 0644)), to = SUCCEED(open(TO, O_RDWR | O_CREAT, 0644));
    for (int i = 0; i < (int)sizeof bytes; i++)
        bytes[i] = i % 101;
    EQUAL(write(from, bytes, sizeof bytes), sizeof bytes);

    long offset = 100;
    EQUAL(sendfile(to, from, &offset, 10000), 10000);
    EQUAL(offset, 10100);
    EQUAL(lseek(from, 0, SEEK_CUR), sizeof bytes);
    EQUAL(lseek(to, 0, SEEK_CUR), 10000);
    EQUAL(pread(to, back, 10000, 0), 10000);
    EQUAL(memcmp(back, bytes + 100, 10000), 0);
    SUCCEED(lseek(from, 20000, SEEK_SET));
    EQUAL(sendfile(to, from, NULL, 1 << 20), 10000);
    EQUAL(sendfile(to, from, NULL, 1 << 20), 0);
    EQUAL(lseek(from, 0, SEEK_CUR), 30000);
    int ends[2];
    SUCCEED(pipe(ends));
    offset = 0;
    EQUAL(sendfile(ends[1], from, &offset, 5000), 5000);
    EQUAL(read(ends[0], back, sizeof back), 5000);
    EXPECT_ERRNO(sendfile(to, ends[0], NULL, 1), EINVAL);
    EXPECT_ERRNO(sendfile(to, ends[0], &offset, 1), ESPIPE);
    EXPECT_ERRNO(sendfile(to, 999, NULL, 1), EBADF);
    EXPECT_ERRNO(sendfile(open(TO, O_RDONLY), from, NULL, 1), EBADF);
    EXPECT_ERRNO(sendfile(to, from, BAD, 1), EFAULT);
    offset = -1;
    EXPECT_ERRNO(sendfile(to, from, &offset, 1), EINVAL);

    long in = 0, out = 40000;
    EQUAL(copy_file_range(from, &in, to, &out, 30000, 0), 30000);
    EQUAL(out, 70000);
    EQUAL(pread(to, back, 30000, 40000), 30000);
    EQUAL(memcmp(back, bytes, 30000), 0);
    EQUAL(copy_file_range(from, &in, to, &out, 10, 0), 0);
    in = 0, out = 5;
    EXPECT_ERRNO(copy_file_range(from, &in, from, &out, 10, 0), EINVAL);
    EXPECT_ERRNO(copy_file_range(from, &in, to, &out, 10, 1), EINVAL);
    EXPECT_ERRNO(copy_file_range(from, NULL, ends[1], NULL, 10, 0), EINVAL);
    EXPECT_ERRNO(copy_file_range(open("/tmp", O_RDONLY), NULL, to, NULL, 10, 0), EISDIR);
    EXPECT_ERRNO(copy_file_range(from, NULL, open(TO, O_WRONLY | O_APPEND), NULL, 10, 0), EBADF);
    EXPECT_ERRNO(copy_file_range(from, NULL, open(TO, O_RDONLY), NULL, 10, 0), EBADF);
    EXPECT_ERRNO(copy_file_range(from, BAD, to, NULL, 10, 0), EFAULT);
    SUCCEED(unlink(FROM)), SUCCEED(unlink(TO));
}
