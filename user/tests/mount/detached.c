// build: musl
// umount2(2) with MNT_DETACH: who is inside stays there and finds names as before, but mounts nothing any more; with the last
// one who leaves, the file system and its content go.
#include "../cases.h"
#include <fcntl.h>

#define PLACE "/tmp/detached"

enum { SIZE = 32 << 20 };

// KiB of all files in memory.
static long content(void)
{
    char text[8192] = "";
    FILE *file = fopen("/proc/meminfo", "r");
    CHECK(file && fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    char *line = strstr(text, "\nShmem:");
    CHECK(line);
    return atol(line + 7);
}

static void fill(const char *path)
{
    static char bytes[1 << 20];
    int fd = SUCCEED(open(path, O_WRONLY | O_CREAT, 0600));
    for (int i = 0; i < SIZE >> 20; i++)
        EQUAL(write(fd, bytes, sizeof bytes), sizeof bytes);
    SUCCEED(close(fd));
}

// EINVAL up to Linux 6.1, ENOENT later.
static int mount_refused(const char *source, const char *place, const char *type, unsigned long flags)
{
    return mount(source, place, type, flags, NULL) == -1 && (errno == EINVAL || errno == ENOENT);
}

int main(void)
{
    if (geteuid() != 0)
        SKIP("needs root");
    mkdir(PLACE, 0755);
    if (mount("none", PLACE, "tmpfs", 0, "mode=755") != 0)
        SKIP("mounting is not allowed here");
    SUCCEED(chdir(PLACE));
    SUCCEED(mkdir("inside", 0755));
    SUCCEED(mkdir("inside/other", 0755));
    long before = content();
    fill("inside/file");
    CHECK(content() >= before + (SIZE >> 11));
    SUCCEED(umount2(PLACE, MNT_DETACH));

    struct stat about;
    CASE("its place", stat(PLACE "/inside", &about), ENOENT);
    CASE("a file in it", stat("inside/file", &about), 0);
    EQUAL(about.st_size, SIZE);
    CASE("a new file", mknod("inside/new", S_IFREG | 0600, 0), 0);
    GIVES("a mount in it", mount_refused("none", "inside", "tmpfs", 0), 1);
    CASE("a bind from it", mount("inside", PLACE, NULL, MS_BIND, NULL), EINVAL);
    GIVES("a bind into it", mount_refused(PLACE, "inside", NULL, MS_BIND), 1);
    CASE("a move of it", mount(".", PLACE, NULL, MS_MOVE, NULL), EINVAL);
    CASE("a remount", mount(NULL, ".", NULL, MS_REMOUNT, NULL), EINVAL);
    CASE("taking it away again", umount2(".", 0), EINVAL);
    CASE("detaching it again", umount2(".", MNT_DETACH), EINVAL);
    CASE("a rename in it", rename("inside", "renamed"), 0);
    CASE("a file in it, by its new name", stat("renamed/file", &about), 0);
    SUCCEED(chdir("/"));
    // Others may make and remove files meanwhile, but hardly as much.
    for (int tries = 0; content() > before + (SIZE >> 11); tries++) {
        if (tries == 1000)
            FAIL("%ld KiB in files, there were %ld", content(), before);
        usleep(10000);
    }
    SUCCEED(rmdir(PLACE));
    return end_cases();
}
