// build: musl
// fork(2): what a child does not get: its parent's times, its timers, its locks, its pending signals; and what it does.
#include "../signals.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/times.h>

static void in_child(int locked)
{
    struct tms times_;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SUCCEED(times(&times_));
    CHECK(times_.tms_utime + times_.tms_stime <= 3);
    EQUAL(alarm(0), 0);
    sigset_t waiting;
    SUCCEED(sigpending(&waiting));
    CHECK(!sigismember(&waiting, SIGUSR1));
    EXPECT_ERRNO(fcntl(locked, F_SETLK, &lock), EAGAIN);
    EQUAL(umask(022), 0135);
    // The parent goes on with its own.
    SUCCEED(chdir("/proc"));
}

int main(void)
{
    char folder[100];
    int locked = SUCCEED(open("/tmp/fork-differences", O_RDWR | O_CREAT, 0600));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    SUCCEED(fcntl(locked, F_SETLK, &lock));
    for (struct tms used = {0}; used.tms_utime + used.tms_stime < 10;)
        SUCCEED(times(&used));
    block(SIGUSR1);
    SUCCEED(kill(getpid(), SIGUSR1));
    alarm(50);
    umask(0135);
    SUCCEED(chdir("/tmp"));
    EQUAL(IN_CHILD(in_child(locked)), 0);
    CHECK(alarm(0) > 0);
    EQUAL(umask(022), 0135);
    CHECK(getcwd(folder, sizeof folder));
    EQUAL(strcmp(folder, "/tmp"), 0);
    SUCCEED(unlink("/tmp/fork-differences"));
}
