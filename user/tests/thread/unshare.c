// unshare(2): a thread that wants descriptors or a working directory of its own; close_range(2) with CLOSE_RANGE_UNSHARE.
#include "../thread.h"
#include <fcntl.h>
#include <sys/stat.h>

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif

static int file;

static void *own_files(void *unused)
{
    SUCCEED(unshare(CLONE_FILES));
    SUCCEED(close(file));
    EQUAL(fcntl(file, F_GETFD), -1);
    return unused;
}

static void *own_files_by_closing(void *unused)
{
    SUCCEED(syscall(SYS_close_range, file, file, CLOSE_RANGE_UNSHARE));
    EQUAL(fcntl(file, F_GETFD), -1);
    return unused;
}

static void *own_folder(void *unused)
{
    SUCCEED(unshare(CLONE_FS));
    SUCCEED(chdir("/tmp"));
    umask(077);
    return unused;
}

static void *shared_folder(void *unused)
{
    SUCCEED(chdir("/dev"));
    umask(027);
    return unused;
}

int main(void)
{
    char path[100];
    file = SUCCEED(dup(1));
    finish(start_thread(own_files, NULL));
    CHECK(fcntl(file, F_GETFD) != -1);
    finish(start_thread(own_files_by_closing, NULL));
    CHECK(fcntl(file, F_GETFD) != -1);

    SUCCEED(chdir("/"));
    umask(022);
    finish(start_thread(own_folder, NULL));
    CHECK(getcwd(path, sizeof path));
    EQUAL(strcmp(path, "/"), 0);
    EQUAL(umask(022), 022);
    finish(start_thread(shared_folder, NULL));
    CHECK(getcwd(path, sizeof path));
    EQUAL(strcmp(path, "/dev"), 0);
    EQUAL(umask(022), 027);

    SUCCEED(unshare(0));
    SUCCEED(unshare(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM));
    EXPECT_ERRNO(unshare(1), EINVAL);
}
