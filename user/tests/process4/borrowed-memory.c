// build: musl
// vfork(2): the parent waits until the child runs another program or ends, and sees what it wrote; its signals wait too.
#include "../signals.h"

static volatile int written;
static volatile pid_t child;

int main(int count, char **arguments)
{
    if (count > 1) {
        sleep_for(50);
        return 6;
    }
    child = vfork();
    if (child == 0) {
        written = 1;
        _exit(3);
    }
    SUCCEED(child);
    EQUAL(written, 1);
    EQUAL(wait_for(child), 3 << 8);
    child = vfork();
    if (child == 0) {
        execl("/proc/self/exe", arguments[0], "again", NULL);
        _exit(127);
    }
    SUCCEED(child);
    EQUAL(wait_for(child), 6 << 8);
}
