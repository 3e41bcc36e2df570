// build: musl
// A parent that waits for its vfork child can be killed, and the child goes on.
#include "../process.h"
#include <signal.h>
#include <sched.h>
#include <sys/syscall.h>

int main(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t parent = start_child();
    if (parent == 0) {
        if (vfork() == 0) {
            char byte = 'x';
            write(ends[1], &byte, 1);
            alarm(5);
            syscall(SYS_pause);
            _exit(0);
        }
        _exit(1);
    }
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
    SUCCEED(kill(parent, SIGKILL));
    int status = wait_for(parent);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
