// chown(2) and its relatives: who may, and what becomes of set-id bits.
#include "../process.h"
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#define FILE_ "/tmp/owners-test"
#define LINK_ "/tmp/owners-link"

static struct stat status;

static void check(const char *path, int user, int group)
{
    SUCCEED(lstat(path, &status));
    EQUAL(status.st_uid, user);
    EQUAL(status.st_gid, group);
}

static void as(int user, int group)
{
    SUCCEED(setresgid(group, group, group));
    SUCCEED(setresuid(user, user, user));
}

int main(void)
{
    umask(0);
    unlink(FILE_), unlink(LINK_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_EXCL, 0777));
    SUCCEED(symlink(FILE_, LINK_));
    SUCCEED(chown(FILE_, 10, 20));
    check(FILE_, 10, 20);
    SUCCEED(chown(LINK_, -1, 21));
    check(FILE_, 10, 21);
    SUCCEED(lchown(LINK_, 11, -1));
    check(LINK_, 11, 0);
    check(FILE_, 10, 21);
    SUCCEED(fchown(file, 12, 22));
    check(FILE_, 12, 22);
    int tmp = SUCCEED(open("/tmp", O_PATH));
    SUCCEED(fchownat(tmp, "owners-link", 13, 23, AT_SYMLINK_NOFOLLOW));
    check(LINK_, 13, 23);
    int place = SUCCEED(open(FILE_, O_PATH));
    SUCCEED(fchownat(place, "", 14, 24, AT_EMPTY_PATH));
    check(FILE_, 14, 24);

    EXPECT_ERRNO(fchown(place, 0, 0), EBADF);
    EXPECT_ERRNO(fchown(999, 0, 0), EBADF);
    EXPECT_ERRNO(fchownat(999, "x", 0, 0, 0), EBADF);
    EXPECT_ERRNO(fchownat(tmp, "owners-test", 0, 0, 0x40), EINVAL);
    EXPECT_ERRNO(fchownat(file, "x", 0, 0, 0), ENOTDIR);
    EXPECT_ERRNO(chown("/tmp/owners-none", 0, 0), ENOENT);
    EXPECT_ERRNO(chown(BAD, 0, 0), EFAULT);

    // A new owner, and set-id bits go, whoever does it; set-group-id only where the group may run it.
    SUCCEED(chmod(FILE_, 06777));
    SUCCEED(chown(FILE_, 1, 1));
    EQUAL((SUCCEED(stat(FILE_, &status)), status.st_mode & 07777), 0777);
    SUCCEED(chmod(FILE_, 06767));
    SUCCEED(chown(FILE_, -1, -1));
    EQUAL((SUCCEED(stat(FILE_, &status)), status.st_mode & 07777), 02767);

    SUCCEED(chown(FILE_, 99, 99));
    pid_t pid = start_child();
    if (pid == 0) {
        int groups[] = {98};
        if (setgroups(1, (gid_t *)groups) == -1 && errno == ENOSYS)
            _exit(77);
        as(99, 99);
        EXPECT_ERRNO(chown(FILE_, 98, -1), EPERM);
        EXPECT_ERRNO(chown(FILE_, -1, 97), EPERM);
        SUCCEED(chown(FILE_, 99, 98));
        SUCCEED(chown(FILE_, -1, 99));
        EXPECT_ERRNO(chown("/tmp", -1, 99), EPERM);
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) == 77)
        SKIP("needs setgroups");
    EQUAL(ended, 0);
    SUCCEED(unlink(FILE_)), SUCCEED(unlink(LINK_));
}
