// build: musl
// Special files: what mknod(2) makes, what stat(2) tells of it and what opening it gives.
#include "../cases.h"
#include <fcntl.h>
#include <sys/sysmacros.h>

static struct stat about(const char *path)
{
    struct stat about;
    SUCCEED(lstat(path, &about));
    return about;
}

static void made(const char *path, mode_t mode, dev_t device)
{
    SUCCEED(mknod(path, mode, device));
    struct stat told = about(path);
    EQUAL(told.st_mode, mode);
    EQUAL(told.st_rdev, device);
    EQUAL(told.st_nlink, 1);
    EQUAL(told.st_size, 0);
    EQUAL(told.st_blocks, 0);
}

static void devices(void)
{
    if (mknod("zero", S_IFCHR | 0666, makedev(1, 5)) != 0) {
        printf("no devices: %s\n", strerror(errno));
        return;
    }
    EQUAL(about("zero").st_rdev, makedev(1, 5));
    made("far", S_IFCHR | 0600, makedev(0xabc, 0x12345));
    made("disk", S_IFBLK | 0640, makedev(511, 3));
    SUCCEED(link("zero", "twin"));
    EQUAL(about("twin").st_ino, about("zero").st_ino);
    int fd = open("zero", O_RDONLY);
    if (fd == -1) {
        printf("devices cannot be opened: %s\n", strerror(errno));
        return;
    }
    char byte = 1;
    EQUAL(read(fd, &byte, 1), 1);
    EQUAL(byte, 0);
    struct stat open_one;
    SUCCEED(fstat(fd, &open_one));
    EQUAL(open_one.st_ino, about("zero").st_ino);
    EQUAL(open_one.st_rdev, makedev(1, 5));
    close(fd);
    SUCCEED(chmod("zero", 0));
    AS_NOBODY(EXPECT_ERRNO(open("zero", O_RDONLY), EACCES));
    EXPECT_ERRNO(truncate("zero", 0), EINVAL);
}

static void fifos(void)
{
    made("fifo", S_IFIFO | 0644, 0);
    int reader = SUCCEED(open("fifo", O_RDONLY | O_NONBLOCK));
    char bytes[8];
    EQUAL(read(reader, bytes, sizeof bytes), 0);
    int writer = SUCCEED(open("fifo", O_WRONLY | O_NONBLOCK));
    EXPECT_ERRNO(read(reader, bytes, sizeof bytes), EAGAIN);
    EQUAL(write(writer, "through", 7), 7);
    EQUAL(about("fifo").st_size, 0);
    SUCCEED(rename("fifo", "moved"));
    EQUAL(read(reader, bytes, sizeof bytes), 7);
    SUCCEED(unlink("moved"));
    EQUAL(write(writer, "gone", 4), 4);
    EQUAL(read(reader, bytes, sizeof bytes), 4);
    close(writer);
    EQUAL(read(reader, bytes, sizeof bytes), 0);
    close(reader);
}

static void others(void)
{
    made("socket", S_IFSOCK | 0700, 0);
    EXPECT_ERRNO(open("socket", O_RDONLY), ENXIO);
    made("plain", S_IFREG | 04711, 0);
    umask(027);
    SUCCEED(mknod("masked", S_IFIFO | 0777, 0));
    EQUAL(about("masked").st_mode, S_IFIFO | 0750);
    umask(0);
    SUCCEED(mkdir("group", 02777));
    SUCCEED(chown("group", 0, 77));
    SUCCEED(chmod("group", 02777));
    SUCCEED(mknod("group/inside", S_IFIFO | 0600, 0));
    EQUAL(about("group/inside").st_gid, 77);
    int folder = SUCCEED(open("group", O_RDONLY));
    SUCCEED(mknodat(folder, "other", S_IFREG | 0600, 0));
    SUCCEED(access("group/other", F_OK));
    close(folder);
}

int main(void)
{
    in_fresh_folder("/tmp/nodes");
    devices();
    fifos();
    others();
    return end_cases();
}
