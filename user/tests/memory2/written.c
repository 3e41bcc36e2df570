// What reading and writing do to a file's inode: O_NOATIME, and set-id bits that go when another than root writes.
#include "../mapping.h"
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

static int mode_after(int mode, int user)
{
    char path[] = "/tmp/written";
    int fd = SUCCEED(open(path, O_CREAT | O_TRUNC | O_RDWR, 0777));
    SUCCEED(close(fd));
    if (syscall(SYS_chmod, path, mode) == -1 && errno == ENOSYS)
        SKIP("needs chmod");
    int status = IN_CHILD({
        if (user != 0 && syscall(SYS_setresuid, user, user, user) == -1)
            _exit(errno == ENOSYS ? 77 : 1);
        int fd = SUCCEED(open(path, O_WRONLY));
        EQUAL(write(fd, "x", 1), 1);
    });
    if (status == 77 << 8)
        SKIP("needs setresuid");
    EQUAL(status, 0);
    struct stat now;
    SUCCEED(stat(path, &now));
    SUCCEED(unlink(path));
    return now.st_mode & 07777;
}

static long accessed(int fd)
{
    struct stat now;
    SUCCEED(fstat(fd, &now));
    return now.st_atim.tv_sec * 1000000000L + now.st_atim.tv_nsec;
}

int main(void)
{
    char byte;
    int fd = make_file(10);
    char path[40];
    sprintf(path, "/proc/self/fd/%d", fd);
    int quiet = open(path, O_RDONLY | O_NOATIME);
    if (quiet >= 0) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        SUCCEED(ftruncate(fd, 9));
        long before = accessed(fd);
        EQUAL(read(quiet, &byte, 1), 1);
        EQUAL(pread(quiet, &byte, 1, 3), 1);
        EQUAL(accessed(fd), before);
    }
    EQUAL(mode_after(06777, 0), 06777);
    EQUAL(mode_after(06777, 1000), 00777);
    EQUAL(mode_after(04767, 1000), 00767);
    EQUAL(mode_after(02767, 1000), 02767);
}
