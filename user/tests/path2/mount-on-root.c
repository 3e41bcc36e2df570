// mount(2) on the root: who has it as his root stays where he is, and ".." leads to what is mounted there.
#include "../process.h"
#include <sys/mount.h>
#include <sys/stat.h>

static dev_t device_of(const char *path)
{
    struct stat status;
    SUCCEED(stat(path, &status));
    return status.st_dev;
}

int main(void)
{
    dev_t root = device_of("/");
    EQUAL(device_of("/.."), root);
    if (mount("none", "/", "tmpfs", 0, "size=64k") != 0) {
        EQUAL(errno, EPERM);
        SKIP("may not mount here");
    }
    EQUAL(device_of("/"), root);
    CHECK(device_of("/..") != root);
    CHECK(device_of("/../..") != root);
    SUCCEED(umount2("/..", MNT_DETACH));
    EQUAL(device_of("/.."), root);

    // Nobody gets out of his root that way.
    pid_t child = SUCCEED(fork());
    if (child == 0) {
        SUCCEED(mkdir("/tmp/mount-on-root", 0755));
        SUCCEED(mount("none", "/tmp/mount-on-root", "tmpfs", 0, "size=64k"));
        SUCCEED(chroot("/tmp/mount-on-root"));
        SUCCEED(chdir("/"));
        dev_t own = device_of("/");
        SUCCEED(mount("none", "/", "tmpfs", 0, "size=64k"));
        dev_t above = device_of("/..");
        CHECK(above != own && above != root);
        EQUAL(device_of("/../.."), above);
        EQUAL(device_of("/../../.."), above);
        SUCCEED(umount2("/..", MNT_DETACH));
        EQUAL(device_of("/../.."), own);
        _exit(0);
    }
    EQUAL(wait_for(child), 0);
    SUCCEED(umount2("/tmp/mount-on-root", MNT_DETACH));
    SUCCEED(rmdir("/tmp/mount-on-root"));
    return 0;
}
