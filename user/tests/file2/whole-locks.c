// flock(2)
#include "../process.h"
#include <fcntl.h>
#include <sys/file.h>

#define FILE_ "/tmp/flock-test"

int main(void)
{
    unlink(FILE_);
    int one = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    int two = SUCCEED(open(FILE_, O_RDONLY));
    SUCCEED(flock(one, LOCK_SH));
    SUCCEED(flock(two, LOCK_SH));
    EXPECT_ERRNO(flock(one, LOCK_EX | LOCK_NB), EAGAIN);
    SUCCEED(flock(two, LOCK_UN));
    SUCCEED(flock(one, LOCK_EX | LOCK_NB));
    EXPECT_ERRNO(flock(two, LOCK_SH | LOCK_NB), EAGAIN);
    // It belongs to the open file, whoever has it.
    EQUAL(IN_CHILD(SUCCEED(flock(one, LOCK_EX | LOCK_NB)); close(one)), 0);
    EXPECT_ERRNO(flock(two, LOCK_SH | LOCK_NB), EAGAIN);
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        close(one);
        SUCCEED(write(ends[1], "x", 1));
        SUCCEED(flock(two, LOCK_EX));
        _exit(0);
    }
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
    SUCCEED(close(one));
    EQUAL(wait_for(child), 0);
    EXPECT_ERRNO(flock(two, 0), EINVAL);
    EXPECT_ERRNO(flock(two, LOCK_SH | LOCK_EX), EINVAL);
    EXPECT_ERRNO(flock(999, LOCK_SH), EBADF);
    SUCCEED(unlink(FILE_));
}
