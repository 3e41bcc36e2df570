// posix_fadvise(2), readahead(2), sync(2), syncfs(2), sync_file_range(2): what they take and refuse.
#include "../test.h"
#include <fcntl.h>
#include <sys/syscall.h>

#define FILE_ "/tmp/advice-test"

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644)), ends[2];
    SUCCEED(pipe(ends));
    EQUAL(write(file, "abc", 3), 3);
    for (int advice = 0; advice <= 5; advice++)
        SUCCEED(syscall(SYS_fadvise64, file, 0, 0, advice));
    EXPECT_ERRNO(syscall(SYS_fadvise64, file, 0, 0, 6), EINVAL);
    EXPECT_ERRNO(syscall(SYS_fadvise64, file, 0, -1l, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_fadvise64, ends[0], 0, 0, 0), ESPIPE);
    EXPECT_ERRNO(syscall(SYS_fadvise64, 999, 0, 0, 0), EBADF);
    SUCCEED(readahead(file, 0, 100));
    EXPECT_ERRNO(readahead(open(FILE_, O_WRONLY), 0, 100), EBADF);
    EXPECT_ERRNO(readahead(ends[0], 0, 100), EINVAL);
    sync();
    SUCCEED(syncfs(file));
    EXPECT_ERRNO(syncfs(999), EBADF);
    SUCCEED(fsync(file)), SUCCEED(fdatasync(file));
    EXPECT_ERRNO(fsync(ends[0]), EINVAL);
    EXPECT_ERRNO(fsync(999), EBADF);
    SUCCEED(sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE));
    EXPECT_ERRNO(sync_file_range(file, -1, 0, 0), EINVAL);
    EXPECT_ERRNO(sync_file_range(file, 0, 0, 8), EINVAL);
    EXPECT_ERRNO(sync_file_range(ends[0], 0, 0, 0), ESPIPE);
    EXPECT_ERRNO(sync_file_range(999, 0, 0, 0), EBADF);
    SUCCEED(unlink(FILE_));
}
