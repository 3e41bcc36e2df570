// fcntl_locking(2): record locks, who is in the way, splitting, waiting, and locks of open files.
#include "../process.h"
#include <fcntl.h>
#include <signal.h>

#define FILE_ "/tmp/locks-test"

static int file;

static int lock(int command, int type, long start, long length)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(file, command, &lock);
}

static struct flock test(int type, long start, long length)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    SUCCEED(fcntl(file, F_GETLK, &lock));
    return lock;
}

static void other(int owner)
{
    EXPECT_ERRNO(lock(F_SETLK, F_WRLCK, 5, 1), EAGAIN);
    EXPECT_ERRNO(lock(F_SETLK, F_RDLCK, 5, 1), EAGAIN);
    SUCCEED(lock(F_SETLK, F_WRLCK, 10, 10));
    SUCCEED(lock(F_SETLK, F_RDLCK, 40, 10));
    EXPECT_ERRNO(lock(F_SETLK, F_WRLCK, 40, 10), EAGAIN);
    struct flock in_way = test(F_WRLCK, 0, 0);
    EQUAL(in_way.l_type, F_WRLCK);
    EQUAL(in_way.l_start, 0);
    EQUAL(in_way.l_len, 10);
    EQUAL(in_way.l_pid, owner);
    in_way = test(F_WRLCK, 60, 1);
    EQUAL(in_way.l_type, F_UNLCK);
    in_way = test(F_WRLCK, 100, 1);
    EQUAL(in_way.l_len, 0);
}

int main(void)
{
    unlink(FILE_);
    file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    SUCCEED(lock(F_SETLK, F_WRLCK, 0, 30));
    SUCCEED(lock(F_SETLK, F_UNLCK, 10, 10));
    SUCCEED(lock(F_SETLK, F_RDLCK, 40, 10));
    SUCCEED(lock(F_SETLK, F_WRLCK, 100, 0));
    int owner = getpid();
    EQUAL(IN_CHILD(other(owner)), 0);
    EQUAL(test(F_WRLCK, 0, 0).l_type, F_UNLCK);

    // Waiting for a lock, and a signal that ends the wait.
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(write(ends[1], "x", 1));
        SUCCEED(lock(F_SETLKW, F_WRLCK, 0, 1));
        _exit(0);
    }
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
    SUCCEED(lock(F_SETLK, F_UNLCK, 0, 0));
    EQUAL(wait_for(child), 0);

    // Two that would wait for each other.
    SUCCEED(lock(F_SETLK, F_WRLCK, 0, 1));
    int back[2];
    SUCCEED(pipe(back));
    child = start_child();
    if (child == 0) {
        SUCCEED(lock(F_SETLK, F_WRLCK, 1, 1));
        SUCCEED(write(ends[1], "x", 1));
        int locked = lock(F_SETLKW, F_WRLCK, 0, 1);
        _exit(locked == 0 ? 0 : errno);
    }
    EQUAL(read(ends[0], &byte, 1), 1);
    int locked = lock(F_SETLKW, F_WRLCK, 1, 1);
    if (locked == -1)
        EQUAL(errno, EDEADLK);
    SUCCEED(lock(F_SETLK, F_UNLCK, 0, 0));
    int status = wait_for(child);
    CHECK((locked == -1 && status == 0) || (locked == 0 && WEXITSTATUS(status) == EDEADLK));

    // Closing any descriptor of the file gives all up.
    SUCCEED(lock(F_SETLK, F_WRLCK, 0, 0));
    SUCCEED(close(dup(file)));
    EQUAL(IN_CHILD(SUCCEED(lock(F_SETLK, F_WRLCK, 0, 0))), 0);

    // Locks of open files.
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SUCCEED(fcntl(file, F_OFD_SETLK, &whole));
    int again = SUCCEED(open(FILE_, O_RDWR));
    EXPECT_ERRNO(fcntl(again, F_OFD_SETLK, &whole), EAGAIN);
    EXPECT_ERRNO(fcntl(again, F_SETLK, &whole), EAGAIN);
    EQUAL(IN_CHILD(SUCCEED(fcntl(file, F_OFD_SETLK, &whole))), 0);
    struct flock asked = whole;
    SUCCEED(fcntl(again, F_OFD_GETLK, &asked));
    EQUAL(asked.l_pid, -1);
    whole.l_pid = 1;
    EXPECT_ERRNO(fcntl(again, F_OFD_SETLK, &whole), EINVAL);
    whole.l_pid = 0;
    SUCCEED(close(file));
    SUCCEED(fcntl(again, F_OFD_SETLK, &whole));

    file = again;
    EXPECT_ERRNO(lock(F_SETLK, 9, 0, 0), EINVAL);
    EXPECT_ERRNO(lock(F_SETLK, F_RDLCK, -1, 0), EINVAL);
    EXPECT_ERRNO(lock(F_SETLK, F_RDLCK, 5, -6), EINVAL);
    EXPECT_ERRNO(fcntl(file, F_SETLK, BAD), EFAULT);
    EXPECT_ERRNO(fcntl(999, F_SETLK, &whole), EBADF);
    int reader = SUCCEED(open(FILE_, O_RDONLY));
    EXPECT_ERRNO(fcntl(reader, F_SETLK, &whole), EBADF);
    SUCCEED(unlink(FILE_));
}
