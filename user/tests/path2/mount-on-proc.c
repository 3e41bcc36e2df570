// mount(2) in /proc: what is mounted is seen there, and can be taken away; where names come and go it is that or ENOENT.
#include "../process.h"
#include <fcntl.h>
#include <sys/mount.h>

static int exists(const char *path) { return access(path, F_OK) == 0; }

static long mounts(void)
{
    char text[65536];
    int file = SUCCEED(open("/proc/self/mounts", O_RDONLY));
    long count = 0, length;
    while ((length = SUCCEED(read(file, text, sizeof text))) > 0)
        for (long i = 0; i < length; i++)
            count += text[i] == '\n';
    SUCCEED(close(file));
    return count;
}

// Whether it could be mounted there; then it was there, and is gone again.
static int mount_once(const char *place, const char *hidden)
{
    CHECK(exists(hidden));
    if (mount("none", place, "tmpfs", 0, "size=64k") != 0)
        return 0;
    CHECK(!exists(hidden));
    SUCCEED(umount2(place, MNT_DETACH));
    CHECK(exists(hidden));
    return 1;
}

int main(void)
{
    long before = mounts();
    if (!mount_once("/proc/sys/kernel", "/proc/sys/kernel/ostype")) {
        EQUAL(errno, EPERM);
        SKIP("may not mount here");
    }
    char own[64];
    snprintf(own, sizeof own, "/proc/self/task/%d", getpid());
    if (!mount_once("/proc/self/task", own))
        EQUAL(errno, ENOENT);
    // What is mounted there does not outlive the process.
    pid_t child = SUCCEED(fork());
    if (child == 0)
        _exit(mount("none", "/proc/self/task", "tmpfs", 0, "size=64k") != 0 && errno != ENOENT);
    EQUAL(wait_for(child), 0);
    EQUAL(mounts(), before);
    return 0;
}
