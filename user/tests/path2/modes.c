// chmod(2), fchmod(2), fchmodat(2): who may, and what becomes of set-id bits.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_ "/tmp/modes-test"

static int mode(const char *path)
{
    struct stat status;
    SUCCEED(stat(path, &status));
    return status.st_mode & 07777;
}

static void as_nobody(void)
{
    SUCCEED(setresgid(99, 99, 99));
    SUCCEED(setresuid(99, 99, 99));
}

int main(void)
{
    umask(0);
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_EXCL, 0644));
    SUCCEED(chmod(FILE_, 06751));
    EQUAL(mode(FILE_), 06751);
    SUCCEED(fchmod(file, 0600));
    EQUAL(mode(FILE_), 0600);
    int tmp = SUCCEED(open("/tmp", O_RDONLY | O_DIRECTORY));
    SUCCEED(fchmodat(tmp, "modes-test", 0640, 0));
    EQUAL(mode(FILE_), 0640);

    EXPECT_ERRNO(chmod("/tmp/modes-none", 0600), ENOENT);
    EXPECT_ERRNO(chmod("/tmp/modes-test/x", 0600), ENOTDIR);
    EXPECT_ERRNO(chmod("", 0600), ENOENT);
    EXPECT_ERRNO(chmod(BAD, 0600), EFAULT);
    EXPECT_ERRNO(fchmod(999, 0600), EBADF);
    EXPECT_ERRNO(fchmodat(999, "x", 0600, 0), EBADF);
    int place = SUCCEED(open(FILE_, O_PATH));
    EXPECT_ERRNO(fchmod(place, 0600), EBADF);

    // A symbolic link is followed.
    unlink("/tmp/modes-link");
    SUCCEED(symlink("modes-test", "/tmp/modes-link"));
    SUCCEED(chmod("/tmp/modes-link", 0604));
    EQUAL(mode(FILE_), 0604);
    SUCCEED(unlink("/tmp/modes-link"));

    int pid = start_child();
    if (pid == 0) {
        if (setresuid(-1, -1, -1) == -1 && errno == ENOSYS)
            _exit(77);
        as_nobody();
        EXPECT_ERRNO(chmod(FILE_, 0666), EPERM);
        EXPECT_ERRNO(fchmod(file, 0666), EPERM);
        _exit(0);
    }
    int status = wait_for(pid);
    if (WEXITSTATUS(status) == 77)
        SKIP("needs setresuid");
    EQUAL(status, 0);

    // The owner who is not in the group loses set-group-id.
    SUCCEED(chown(FILE_, 99, 5));
    EQUAL(IN_CHILD(as_nobody(); SUCCEED(chmod(FILE_, 06755))), 0);
    EQUAL(mode(FILE_), 04755);
    SUCCEED(unlink(FILE_));
}
