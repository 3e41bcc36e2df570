// fallocate(2), and holes as lseek(2) sees them.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_ "/dev/shm/allocate-test"

static struct stat status;
static int file;

static long size(void) { return SUCCEED(fstat(file, &status)), status.st_size; }

int main(void)
{
    static char page[4096];
    unlink(FILE_);
    file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    SUCCEED(fallocate(file, 0, 0, 10000));
    EQUAL(size(), 10000);
    EQUAL(status.st_blocks, 24);
    SUCCEED(fallocate(file, FALLOC_FL_KEEP_SIZE, 10000, 50000));
    EQUAL(size(), 10000);
    memset(page, 'x', sizeof page);
    for (int i = 0; i < 4; i++)
        EQUAL(pwrite(file, page, sizeof page, i * 4096), sizeof page);
    SUCCEED(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4000, 4296));
    EQUAL(size(), 16384);
    EQUAL(pread(file, page, 4096, 4000), 4096);
    EQUAL(page[0], 0);
    EQUAL(page[4095], 0);
    EQUAL(pread(file, page, 300, 8190), 300);
    EQUAL(page[105], 0);
    EQUAL(page[106], 'x');
    SUCCEED(ftruncate(file, 1 << 20));
    SUCCEED(ftruncate(file, 16384));
    EQUAL(lseek(file, 0, SEEK_HOLE), 4096);
    EQUAL(lseek(file, 4096, SEEK_DATA), 8192);
    EQUAL(lseek(file, 8192, SEEK_HOLE), 16384);
    SUCCEED(ftruncate(file, 1 << 20));
    EXPECT_ERRNO(lseek(file, 1 << 20, SEEK_DATA), ENXIO);
    EXPECT_ERRNO(lseek(file, -1, SEEK_HOLE), ENXIO);

    EXPECT_ERRNO(fallocate(file, 0, -1, 10), EINVAL);
    EXPECT_ERRNO(fallocate(file, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(fallocate(file, 0, 0, -1), EINVAL);
    EXPECT_ERRNO(fallocate(file, FALLOC_FL_PUNCH_HOLE, 0, 10), EOPNOTSUPP);
    EXPECT_ERRNO(fallocate(file, 0x400, 0, 10), EOPNOTSUPP);
    EXPECT_ERRNO(fallocate(file, 0, 0x7fffffffffffffff, 10), EFBIG);
    EXPECT_ERRNO(fallocate(open(FILE_, O_RDONLY), 0, 0, 10), EBADF);
    EXPECT_ERRNO(fallocate(999, 0, 0, 10), EBADF);
    EXPECT_ERRNO(fallocate(open("/dev/null", O_RDWR), 0, 0, 10), ENODEV);
    int ends[2];
    SUCCEED(pipe(ends));
    EXPECT_ERRNO(fallocate(ends[1], 0, 0, 10), ESPIPE);
    SUCCEED(unlink(FILE_));
}
