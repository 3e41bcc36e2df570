// build: musl
// A process whose parent has ended becomes a child of process 1, or of whoever reaps for it.
#include "../process.h"
#include <sched.h>
#include <sys/mman.h>

int main(void)
{
    volatile int *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t parent = start_child();
    if (parent == 0) {
        pid_t self = getpid();
        if (start_child() == 0) {
            while (getppid() == self)
                sched_yield();
            *seen = getppid();
        }
        _exit(0);
    }
    EQUAL(wait_for(parent), 0);
    while (!*seen)
        sched_yield();
    CHECK(*seen != parent && *seen != getpid());
    EXPECT_ERRNO(wait(NULL), ECHILD);
}
