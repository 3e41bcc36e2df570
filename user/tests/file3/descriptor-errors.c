// Why dup(2), fcntl(2), flock(2), pipe(2), ioctl(2) and umask(2) refuse.
#include "../cases.h"
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static int reader, writer, folder, on_path, ends[2];

static void open_things(void)
{
    make_file("file", 0666);
    reader = SUCCEED(open("file", O_RDONLY));
    writer = SUCCEED(open("file", O_WRONLY));
    folder = SUCCEED(open(".", O_RDONLY));
    on_path = SUCCEED(open("file", O_PATH));
    SUCCEED(pipe(ends));
}

static long limit(void)
{
    struct rlimit told;
    SUCCEED(getrlimit(RLIMIT_NOFILE, &told));
    return told.rlim_cur;
}

static void doubles(void)
{
    CASE("dup of no descriptor", dup(-1), EBADF);
    CASE("dup of a closed descriptor", dup(99), EBADF);
    CASE("dup2 of no descriptor", dup2(-1, 50), EBADF);
    CASE("dup2 to less than nothing", dup2(reader, -1), EBADF);
    CASE("dup2 beyond the limit", dup2(reader, limit()), EBADF);
    CASE("dup2 of a closed one to itself", dup2(99, 99), EBADF);
    GIVES("dup2 to itself", dup2(reader, reader), reader);
    CASE("dup3 to itself", dup3(reader, reader, 0), EINVAL);
    CASE("dup3 unknown flags", dup3(reader, 50, 1), EINVAL);
    CASE("dup3 of no descriptor", dup3(-1, 50, 0), EBADF);
    CASE("dup3 to less than nothing", dup3(reader, -1, 0), EBADF);
    CASE("F_DUPFD from less than nothing", fcntl(reader, F_DUPFD, -1), EINVAL);
    CASE("F_DUPFD from beyond the limit", fcntl(reader, F_DUPFD, limit()), EINVAL);
    CASE("F_DUPFD of no descriptor", fcntl(-1, F_DUPFD, 0), EBADF);
    struct rlimit old, few;
    SUCCEED(getrlimit(RLIMIT_NOFILE, &old));
    few = old;
    few.rlim_cur = ends[1] + 1;
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    CASE("dup without room", dup(reader), EMFILE);
    CASE("F_DUPFD without room", fcntl(reader, F_DUPFD, 0), EMFILE);
    CASE("F_DUPFD_CLOEXEC without room", fcntl(reader, F_DUPFD_CLOEXEC, 0), EMFILE);
    CASE("pipe without room", pipe((int[2]){0}), EMFILE);
    few.rlim_cur++;
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    CASE("pipe with room for one", pipe((int[2]){0}), EMFILE);
    GIVES("which is free again", dup(reader), ends[1] + 1);
    SUCCEED(setrlimit(RLIMIT_NOFILE, &old));
    close(ends[1] + 1);
}

static void pipes(void)
{
    CASE("pipe to a bad address", syscall(SYS_pipe, BAD), EFAULT);
    CASE("pipe2 unknown flags", pipe2((int[2]){0}, O_CREAT), EINVAL);
    CASE("F_GETPIPE_SZ of a file", fcntl(reader, F_GETPIPE_SZ), EBADF);
    CASE("F_SETPIPE_SZ of a file", fcntl(reader, F_SETPIPE_SZ, 4096), EBADF);
    CASE("F_SETPIPE_SZ too large", fcntl(ends[0], F_SETPIPE_SZ, (1u << 31) + 1), EINVAL);
    GIVES("F_SETPIPE_SZ is a power of two", fcntl(ends[0], F_SETPIPE_SZ, 5000), 8192);
    GIVES("F_SETPIPE_SZ is a page at least", fcntl(ends[0], F_SETPIPE_SZ, 1), 4096);
    char bytes[4096];
    EQUAL(write(ends[1], bytes, 4096), 4096);
    GIVES("F_SETPIPE_SZ again", fcntl(ends[0], F_SETPIPE_SZ, 65536), 65536);
    EQUAL(write(ends[1], bytes, 4096), 4096);
    CASE("F_SETPIPE_SZ less than is in it", fcntl(ends[0], F_SETPIPE_SZ, 4096), EBUSY);
    AS_NOBODY(CASE("F_SETPIPE_SZ beyond the limit", fcntl(ends[0], F_SETPIPE_SZ, 2 << 20), EPERM));
    int waiting;
    CASE("FIONREAD of a pipe", ioctl(ends[0], FIONREAD, &waiting), 0);
    GIVES("what waits", waiting, 8192);
}

static void commands(void)
{
    CASE("unknown command", fcntl(reader, 999, 0), EINVAL);
    CASE("F_GETFD of no descriptor", fcntl(-1, F_GETFD), EBADF);
    CASE("F_GETFL of a closed descriptor", fcntl(99, F_GETFL), EBADF);
    CASE("F_SETFL of O_PATH", fcntl(on_path, F_SETFL, 0), EBADF);
    GIVES("F_GETFL of O_PATH", fcntl(on_path, F_GETFL) & O_PATH, O_PATH);
    CASE("F_SETFD of O_PATH", fcntl(on_path, F_SETFD, FD_CLOEXEC), 0);
    AS_NOBODY(CASE("F_SETFL O_NOATIME of another's", fcntl(reader, F_SETFL, O_NOATIME), EPERM));
    CASE("F_GET_SEALS of what has none", fcntl(ends[0], F_GET_SEALS), EINVAL);
}

static void locks(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    CASE("F_SETLK of no descriptor", fcntl(-1, F_SETLK, &lock), EBADF);
    CASE("F_SETLK to write by a reader", fcntl(reader, F_SETLK, &lock), EBADF);
    lock.l_type = F_RDLCK;
    CASE("F_SETLK to read by a writer", fcntl(writer, F_SETLK, &lock), EBADF);
    CASE("F_SETLK from a bad address", fcntl(reader, F_SETLK, BAD), EFAULT);
    CASE("F_GETLK from a bad address", fcntl(reader, F_GETLK, BAD), EFAULT);
    lock.l_whence = 9;
    CASE("F_SETLK from nowhere", fcntl(reader, F_SETLK, &lock), EINVAL);
    lock.l_whence = SEEK_SET, lock.l_start = -1;
    CASE("F_SETLK before the start", fcntl(reader, F_SETLK, &lock), EINVAL);
    lock.l_start = 10, lock.l_len = -11;
    CASE("F_SETLK backwards before the start", fcntl(reader, F_SETLK, &lock), EINVAL);
    lock.l_start = INT64_MAX, lock.l_len = 2;
    CASE("F_SETLK beyond the end of all", fcntl(reader, F_SETLK, &lock), EOVERFLOW);
    lock.l_start = lock.l_len = 0, lock.l_type = 9;
    CASE("F_SETLK of no kind", fcntl(reader, F_SETLK, &lock), EINVAL);
    CASE("F_GETLK of no kind", fcntl(reader, F_GETLK, &lock), EINVAL);
    lock.l_type = F_UNLCK;
    CASE("F_GETLK of an unlock", fcntl(reader, F_GETLK, &lock), EINVAL);
    lock.l_type = F_RDLCK, lock.l_pid = 1;
    CASE("F_OFD_SETLK with a process", fcntl(reader, F_OFD_SETLK, &lock), EINVAL);
    CASE("flock of no descriptor", flock(-1, LOCK_SH), EBADF);
    CASE("flock of no kind", flock(reader, LOCK_NB), EINVAL);
    CASE("flock of all kinds", flock(reader, LOCK_SH | LOCK_EX), EINVAL);
    CASE("flock of O_PATH", flock(on_path, LOCK_SH), EBADF);
    SUCCEED(flock(reader, LOCK_EX));
    CASE("flock of another", flock(writer, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    CASE("flock of another to share", flock(writer, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    SUCCEED(flock(reader, LOCK_UN));
    CASE("flock of a folder", flock(folder, LOCK_EX), 0);
    CASE("flock of a pipe", flock(ends[0], LOCK_EX), 0);
}

static void controls(void)
{
    int number;
    CASE("ioctl of no descriptor", ioctl(-1, FIONREAD, &number), EBADF);
    CASE("ioctl unknown", ioctl(reader, 0x12345678, &number), ENOTTY);
    CASE("ioctl of a terminal on a file", ioctl(reader, TIOCGWINSZ, &number), ENOTTY);
    CASE("ioctl of a terminal on a pipe", ioctl(ends[0], TIOCGWINSZ, &number), ENOTTY);
    CASE("ioctl of O_PATH", ioctl(on_path, FIONREAD, &number), EBADF);
    CASE("FIONREAD to a bad address", ioctl(reader, FIONREAD, BAD), EFAULT);
    CASE("FIONBIO from a bad address", ioctl(reader, FIONBIO, BAD), EFAULT);
    SUCCEED(ftruncate(writer, 1000));
    SUCCEED(lseek(reader, 10, SEEK_SET));
    CASE("FIONREAD of a file", ioctl(reader, FIONREAD, &number), 0);
    GIVES("what is left", number, 990);
}

int main(void)
{
    in_fresh_folder("/tmp/descriptor-errors");
    open_things();
    doubles();
    pipes();
    commands();
    locks();
    controls();
    return end_cases();
}
