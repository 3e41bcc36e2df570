// build: -O2 -static
// inotify(7): what is told of files and directories, in order; watches that end.
#include "../test.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define FOLDER "/tmp/news"

static int fd;
static char buffer[4096] __attribute__((aligned(8)));
static char *next, *end;

static struct inotify_event *event(void)
{
    if (next == end) {
        next = buffer;
        end = buffer + SUCCEED(read(fd, buffer, sizeof buffer));
    }
    struct inotify_event *event = (struct inotify_event *)next;
    next += sizeof *event + event->len;
    return event;
}

static unsigned expect(int watch, unsigned mask, const char *name)
{
    struct inotify_event *told = event();
    if (told->wd != watch || told->mask != mask || strcmp(told->len ? told->name : "", name))
        FAIL("watch %d mask %#x name %s, not %d %#x %s", told->wd, told->mask, told->len ? told->name : "", watch, mask, name);
    return told->cookie;
}

static void nothing(void)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    if (next != end || poll(&poller, 1, 0))
        FAIL("there is more: mask %#x", event()->mask);
}

int main(void)
{
    char bytes[8];
    unlink(FOLDER "/a"), unlink(FOLDER "/b"), rmdir(FOLDER "/sub"), rmdir(FOLDER);
    SUCCEED(mkdir(FOLDER, 0755));
    // Without flags: reading blocks, and exec(2) keeps the descriptor.
    fd = SUCCEED(syscall(SYS_inotify_init));
    EQUAL(SUCCEED(fcntl(fd, F_GETFL)) & O_NONBLOCK, 0);
    EQUAL(SUCCEED(fcntl(fd, F_GETFD)), 0);
    SUCCEED(close(fd));
    fd = SUCCEED(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    EXPECT_ERRNO(read(fd, buffer, sizeof buffer), EAGAIN);
    int folder = SUCCEED(inotify_add_watch(fd, FOLDER, IN_ALL_EVENTS));
    int file = SUCCEED(open(FOLDER "/a", O_CREAT | O_RDWR, 0644));
    expect(folder, IN_CREATE, "a");
    expect(folder, IN_OPEN, "a");
    EQUAL(write(file, "text", 4), 4);
    EQUAL(pread(file, bytes, 4, 0), 4);
    SUCCEED(fchmod(file, 0600));
    SUCCEED(ftruncate(file, 2));
    SUCCEED(close(file));
    int bytes_there;
    SUCCEED(ioctl(fd, FIONREAD, &bytes_there));
    EQUAL(bytes_there, 5 * (sizeof(struct inotify_event) + 16));
    expect(folder, IN_MODIFY, "a");
    expect(folder, IN_ACCESS, "a");
    expect(folder, IN_ATTRIB, "a");
    expect(folder, IN_MODIFY, "a");
    expect(folder, IN_CLOSE_WRITE, "a");

    // The file itself too.
    int self = SUCCEED(inotify_add_watch(fd, FOLDER "/a", IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF));
    CHECK(self != folder);
    SUCCEED(rename(FOLDER "/a", FOLDER "/b"));
    unsigned cookie = expect(folder, IN_MOVED_FROM, "a");
    CHECK(cookie != 0);
    EQUAL(expect(folder, IN_MOVED_TO, "b"), cookie);
    expect(self, IN_MOVE_SELF, "");
    SUCCEED(unlink(FOLDER "/b"));
    expect(self, IN_ATTRIB, "");
    // The order of the directory's news and the file's end is Linux's own affair.
    int seen = 0;
    for (int i = 0; i < 3; i++) {
        struct inotify_event *told = event();
        seen |= told->mask & (IN_DELETE | IN_DELETE_SELF | IN_IGNORED);
    }
    EQUAL(seen, IN_DELETE | IN_DELETE_SELF | IN_IGNORED);
    nothing();
    EXPECT_ERRNO(inotify_rm_watch(fd, self), EINVAL);

    SUCCEED(mkdir(FOLDER "/sub", 0755));
    expect(folder, IN_CREATE | IN_ISDIR, "sub");
    SUCCEED(rmdir(FOLDER "/sub"));
    expect(folder, IN_DELETE | IN_ISDIR, "sub");
    nothing();

    // Other events, then only one, then none.
    EQUAL(inotify_add_watch(fd, FOLDER, IN_CREATE), folder);
    file = SUCCEED(open(FOLDER "/a", O_CREAT | O_RDWR, 0644));
    expect(folder, IN_CREATE, "a");
    nothing();
    EXPECT_ERRNO(inotify_add_watch(fd, FOLDER, IN_CREATE | IN_MASK_CREATE), EEXIST);
    EQUAL(inotify_add_watch(fd, FOLDER, IN_MASK_ADD | IN_CLOSE), folder);
    SUCCEED(close(file));
    expect(folder, IN_CLOSE_WRITE, "a");
    SUCCEED(inotify_rm_watch(fd, folder));
    expect(folder, IN_IGNORED, "");
    SUCCEED(chmod(FOLDER "/a", 0600));
    nothing();
    self = SUCCEED(inotify_add_watch(fd, FOLDER "/a", IN_ATTRIB | IN_ONESHOT));
    SUCCEED(chmod(FOLDER "/a", 0644));
    SUCCEED(chmod(FOLDER "/a", 0600));
    expect(self, IN_ATTRIB, "");
    expect(self, IN_IGNORED, "");
    nothing();

    EXPECT_ERRNO(inotify_add_watch(fd, FOLDER "/a", IN_OPEN | IN_ONLYDIR), ENOTDIR);
    EXPECT_ERRNO(inotify_add_watch(fd, FOLDER "/none", IN_OPEN), ENOENT);
    EXPECT_ERRNO(inotify_add_watch(fd, FOLDER, 0), EINVAL);
    EXPECT_ERRNO(inotify_add_watch(0, FOLDER, IN_OPEN), EINVAL);
    EXPECT_ERRNO(inotify_add_watch(99, FOLDER, IN_OPEN), EBADF);
    EXPECT_ERRNO(inotify_add_watch(fd, BAD, IN_OPEN), EFAULT);
    EXPECT_ERRNO(inotify_rm_watch(fd, 999), EINVAL);
    EXPECT_ERRNO(inotify_rm_watch(99, 1), EBADF);
    EXPECT_ERRNO(inotify_init1(1), EINVAL);
    self = SUCCEED(inotify_add_watch(fd, FOLDER, IN_OPEN));
    close(SUCCEED(open(FOLDER "/a", O_RDONLY)));
    EXPECT_ERRNO(read(fd, buffer, 8), EINVAL);
    SUCCEED(unlink(FOLDER "/a"));
    SUCCEED(rmdir(FOLDER));
    return 0;
}
