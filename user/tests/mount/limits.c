// build: musl
// The limits of a tmpfs: size and number of files, as its options say and statfs(2) tells; tmpfs(5).
#include "../test.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define PLACE "/tmp/mount-limits"

static const char *numbered(int number)
{
    static char names[2][64];
    static int turn;
    char *name = names[turn++ % 2];
    sprintf(name, PLACE "/%d", number);
    return name;
}

static int make(int number)
{
    int fd = open(numbered(number), O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static struct statfs told(void)
{
    struct statfs told;
    SUCCEED(statfs(PLACE, &told));
    return told;
}

static void with_options(const char *options)
{
    SUCCEED(mount("none", PLACE, "tmpfs", 0, options));
}

static void the_number_of_files_is_limited(void)
{
    with_options("nr_inodes=5");
    EQUAL(told().f_files, 5);
    EQUAL(told().f_ffree, 4);
    for (int i = 0; i < 4; i++)
        SUCCEED(make(i));
    EQUAL(told().f_ffree, 0);
    EXPECT_ERRNO(make(4), ENOSPC);
    EXPECT_ERRNO(mkdir(numbered(4), 0700), ENOSPC);
    EXPECT_ERRNO(symlink("x", numbered(4)), ENOSPC);
    EXPECT_ERRNO(mknod(numbered(4), S_IFIFO | 0600, 0), ENOSPC);
    EXPECT_ERRNO(link(numbered(0), numbered(4)), ENOSPC);
    SUCCEED(rename(numbered(0), numbered(4)));
    SUCCEED(unlink(numbered(1)));
    EQUAL(told().f_ffree, 1);
    SUCCEED(link(numbered(4), numbered(0)));
    EQUAL(told().f_ffree, 0);
    SUCCEED(unlink(numbered(4)));
    EQUAL(told().f_ffree, 1);
    SUCCEED(unlink(numbered(0)));
    EQUAL(told().f_ffree, 2);
    SUCCEED(umount(PLACE));
}

static void an_open_file_counts_until_it_is_closed(void)
{
    with_options("nr_inodes=2");
    int fd = SUCCEED(open(numbered(0), O_CREAT | O_RDWR, 0600));
    SUCCEED(unlink(numbered(0)));
    EXPECT_ERRNO(make(1), ENOSPC);
    close(fd);
    SUCCEED(make(1));
    SUCCEED(umount(PLACE));
}

static void the_size_is_limited(void)
{
    static char bytes[5 * 4096];
    with_options("size=16k");
    EQUAL(told().f_blocks, 4);
    EQUAL(told().f_bsize, 4096);
    int fd = SUCCEED(open(numbered(0), O_CREAT | O_RDWR, 0600));
    EQUAL(write(fd, bytes, sizeof bytes), 4 * 4096);
    EQUAL(told().f_bfree, 0);
    EXPECT_ERRNO(write(fd, bytes, 1), ENOSPC);
    EXPECT_ERRNO(fallocate(fd, 0, 0, sizeof bytes), ENOSPC);
    EXPECT_ERRNO(mount(NULL, PLACE, NULL, MS_REMOUNT, "size=8k"), EINVAL);
    SUCCEED(mount(NULL, PLACE, NULL, MS_REMOUNT, "size=20k"));
    EQUAL(write(fd, bytes, sizeof bytes), 4096);
    SUCCEED(ftruncate(fd, 4096));
    EQUAL(told().f_bfree, 4);
    close(fd);
    SUCCEED(umount(PLACE));
}

static void without_limits_nothing_is_told(void)
{
    with_options("size=0,nr_inodes=0");
    EQUAL(told().f_blocks, 0);
    EQUAL(told().f_files, 0);
    SUCCEED(make(0));
    EXPECT_ERRNO(mount(NULL, PLACE, NULL, MS_REMOUNT, "nr_inodes=100"), EINVAL);
    EXPECT_ERRNO(mount(NULL, PLACE, NULL, MS_REMOUNT, "size=1m"), EINVAL);
    SUCCEED(umount(PLACE));
}

static void a_remount_changes_the_number_of_files(void)
{
    with_options("nr_inodes=10");
    for (int i = 0; i < 5; i++)
        SUCCEED(make(i));
    EXPECT_ERRNO(mount(NULL, PLACE, NULL, MS_REMOUNT, "nr_inodes=5"), EINVAL);
    SUCCEED(mount(NULL, PLACE, NULL, MS_REMOUNT, "nr_inodes=6"));
    EQUAL(told().f_ffree, 0);
    SUCCEED(umount(PLACE));
}

static void the_root_has_mode_and_owner(void)
{
    struct stat about;
    with_options("mode=751,uid=12,gid=34");
    SUCCEED(stat(PLACE, &about));
    EQUAL(about.st_mode, S_IFDIR | 0751);
    EQUAL(about.st_uid, 12);
    EQUAL(about.st_gid, 34);
    SUCCEED(umount(PLACE));
    with_options("");
    SUCCEED(stat(PLACE, &about));
    EQUAL(about.st_mode, S_IFDIR | 01777);
    SUCCEED(umount(PLACE));
}

static void wrong_options_are_refused(void)
{
    const char *wrong[] = {"size=x", "nr_inodes=-1", "mode=9", "nothing=1", "nothing", "size=1q"};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (mount("none", PLACE, "tmpfs", 0, wrong[i]) != -1 || errno != EINVAL)
            FAIL("%s: errno %d", wrong[i], errno);
}

int main(void)
{
    SUCCEED(mkdir(PLACE, 0700));
    if (geteuid() != 0 || mount("none", PLACE, "tmpfs", 0, NULL) != 0)
        SKIP("mounting is not allowed here");
    SUCCEED(umount(PLACE));
    the_number_of_files_is_limited();
    an_open_file_counts_until_it_is_closed();
    the_size_is_limited();
    without_limits_nothing_is_told();
    a_remount_changes_the_number_of_files();
    the_root_has_mode_and_owner();
    wrong_options_are_refused();
    SUCCEED(rmdir(PLACE));
}
