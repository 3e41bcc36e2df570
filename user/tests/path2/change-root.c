// chroot(2): a new root, out of which `..` does not lead.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>

static void inside(void)
{
    SUCCEED(chroot("/tmp/root-test"));
    SUCCEED(chdir("/"));
    char path[100];
    CHECK(getcwd(path, sizeof path) && strcmp(path, "/") == 0);
    SUCCEED(access("/inner", F_OK));
    SUCCEED(access("../../inner", F_OK));
    EXPECT_ERRNO(access("/tmp", F_OK), ENOENT);
}

int main(void)
{
    mkdir("/tmp/root-test", 0755);
    mkdir("/tmp/root-test/inner", 0755);
    close(SUCCEED(open("/tmp/root-file", O_CREAT | O_RDWR, 0644)));
    EQUAL(IN_CHILD(inside()), 0);
    EXPECT_ERRNO(chroot("/tmp/root-none"), ENOENT);
    EXPECT_ERRNO(chroot("/tmp/root-file"), ENOTDIR);
    EXPECT_ERRNO(chroot(BAD), EFAULT);
    EXPECT_ERRNO(chroot(""), ENOENT);
    pid_t pid = start_child();
    if (pid == 0) {
        if (setresuid(99, 99, 99) == -1 && errno == ENOSYS)
            _exit(77);
        EXPECT_ERRNO(chroot("/tmp"), EPERM);
        _exit(0);
    }
    int ended = wait_for(pid);
    if (WEXITSTATUS(ended) != 77)
        EQUAL(ended, 0);
    SUCCEED(unlink("/tmp/root-file"));
}
