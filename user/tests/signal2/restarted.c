// build: musl
// Calls that wait begin again after a handler with SA_RESTART, and end by EINTR after one without: read, write, open of a FIFO, wait,
// flock, fcntl's locks.
#include "../signals.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#define MILLISECONDS 150

static char path[64];

// Ends what `attempt` waits for after a while.
static void help(int ends[2], int what)
{
    sleep_for(MILLISECONDS);
    char bytes[65536];
    switch (what) {
    case 0:
        SUCCEED(write(ends[1], "x", 1));
        break;
    case 1:
        while (read(ends[0], bytes, sizeof bytes) > 0)
            ;
        break;
    case 2:
        close(SUCCEED(open(path, O_WRONLY)));
        break;
    }
    _exit(0);
}

static long attempt(int ends[2], int what, pid_t helper, int locked)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    switch (what) {
    case 0:
        return read(ends[0], &(char){0}, 1);
    case 1:
        return write(ends[1], &(char){0}, 1);
    case 2:
        return open(path, O_RDONLY);
    case 3:
        return waitpid(helper, NULL, 0);
    case 4:
        return flock(locked, LOCK_EX);
    default:
        return fcntl(locked, F_SETLKW, &lock);
    }
}

static void run(int what, int flags)
{
    int ends[2], ready[2];
    SUCCEED(pipe(ends));
    SUCCEED(pipe(ready));
    if (what == 1) {
        SUCCEED(fcntl(ends[1], F_SETFL, O_NONBLOCK));
        char bytes[4096] = "";
        while (write(ends[1], bytes, sizeof bytes) > 0)
            ;
        SUCCEED(fcntl(ends[1], F_SETFL, 0));
    }
    int locked = SUCCEED(open("/tmp/restarted.lock", O_RDWR | O_CREAT, 0600));
    pid_t helper = start_child();
    if (helper == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int own = SUCCEED(open("/tmp/restarted.lock", O_RDWR));
        SUCCEED(close(ready[0]));
        if (what == 1)
            SUCCEED(close(ends[1]));
        if (what == 4)
            SUCCEED(flock(own, LOCK_EX));
        if (what == 5)
            SUCCEED(fcntl(own, F_SETLK, &lock));
        SUCCEED(write(ready[1], "r", 1));
        help(ends, what);
    }
    EQUAL(read(ready[0], &(char){0}, 1), 1);
    catch_signal(SIGUSR1, flags);
    caught = 0;
    start_sender(SIGUSR1);
    errno = 0;
    long result = attempt(ends, what, helper, locked);
    int error = errno;
    stop_sender();
    CHECK(caught >= 1);
    if (flags) {
        if (result == -1)
            FAIL("call %d ended by %s in spite of SA_RESTART", what, strerror(error));
    } else {
        if (result != -1 || error != EINTR)
            FAIL("call %d gave %ld (%s) without SA_RESTART", what, result, strerror(error));
    }
    SUCCEED(kill(what == 3 && flags ? getpid() : helper, what == 3 && flags ? 0 : SIGKILL));
    if (!(what == 3 && flags))
        while (waitpid(helper, NULL, 0) == -1 && errno == EINTR)
            ;
    close(ends[0]), close(ends[1]), close(ready[0]), close(ready[1]), close(locked);
    if (what == 2 && result != -1)
        close(result);
}

int main(void)
{
    sprintf(path, "/tmp/restarted.%d", getpid());
    SUCCEED(mkfifo(path, 0600));
    for (int what = 0; what < 6; what++) {
        run(what, SA_RESTART);
        run(what, 0);
    }
    SUCCEED(unlink(path));
    SUCCEED(unlink("/tmp/restarted.lock"));
}
