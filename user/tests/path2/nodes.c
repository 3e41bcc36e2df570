// mknod(2), mknodat(2): every kind, and who may.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NODE "/tmp/node-test"

static struct stat status;

static void look(int kind)
{
    SUCCEED(lstat(NODE, &status));
    EQUAL(status.st_mode & S_IFMT, kind);
    SUCCEED(unlink(NODE));
}

int main(void)
{
    umask(022);
    unlink(NODE);
    SUCCEED(mknod(NODE, 0666, 0));
    SUCCEED(stat(NODE, &status));
    EQUAL(status.st_mode, S_IFREG | 0644);
    EXPECT_ERRNO(mknod(NODE, S_IFREG | 0600, 0), EEXIST);
    look(S_IFREG);
    SUCCEED(mknod(NODE, S_IFIFO | 0600, 0));
    look(S_IFIFO);
    SUCCEED(mknod(NODE, S_IFSOCK | 0600, 0));
    EXPECT_ERRNO(open(NODE, O_RDONLY), ENXIO);
    look(S_IFSOCK);
    SUCCEED(mknod(NODE, S_IFBLK | 0600, makedev(300, 70000)));
    SUCCEED(stat(NODE, &status));
    EQUAL(major(status.st_rdev), 300);
    EQUAL(minor(status.st_rdev), 70000);
    look(S_IFBLK);
    int tmp = SUCCEED(open("/tmp", O_RDONLY));
    SUCCEED(mknodat(tmp, "node-test", S_IFCHR | 0666, makedev(1, 3)));
    int null = SUCCEED(open(NODE, O_RDWR));
    EQUAL(write(null, "x", 1), 1);
    EQUAL(read(null, &status, 1), 0);
    look(S_IFCHR);

    EXPECT_ERRNO(mknod(NODE, S_IFDIR | 0700, 0), EPERM);
    EXPECT_ERRNO(mknod(NODE, S_IFLNK | 0700, 0), EINVAL);
    EXPECT_ERRNO(mknod(NODE, 0170000, 0), EINVAL);
    EXPECT_ERRNO(mknod("/tmp/none/x", S_IFREG | 0600, 0), ENOENT);
    EXPECT_ERRNO(mknod(NODE "/", S_IFREG | 0600, 0), ENOENT);
    EXPECT_ERRNO(mknodat(999, "x", S_IFREG | 0600, 0), EBADF);
    EXPECT_ERRNO(mknod(BAD, S_IFREG | 0600, 0), EFAULT);
    pid_t pid = start_child();
    if (pid == 0) {
        if (setresuid(99, 99, 99) == -1 && errno == ENOSYS)
            _exit(77);
        EXPECT_ERRNO(mknod(NODE, S_IFCHR | 0600, makedev(1, 3)), EPERM);
        EXPECT_ERRNO(mknod("/x", S_IFREG | 0600, 0), EACCES);
        SUCCEED(mknod(NODE, S_IFIFO | 0600, 0));
        SUCCEED(unlink(NODE));
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) == 77)
        SKIP("needs setresuid");
    EQUAL(ended, 0);
}
