// Processes meet at a word in shared memory, wherever they have mapped it; words of private memory are each process's own.
#include "../thread.h"
#include <fcntl.h>

static int own;

int main(void)
{
    int file = SUCCEED(open("/tmp/shared-word", O_RDWR | O_CREAT | O_TRUNC, 0600));
    SUCCEED(ftruncate(file, 8192));
    int *here = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(here != MAP_FAILED);
    pid_t child = start_child();
    if (child == 0) {
        int *there = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 4096);
        CHECK(there != MAP_FAILED && there != here + 1024);
        there[1] = 1;
        EQUAL(futex(&there[5], FUTEX_WAIT, 0, NULL, NULL, 0), 0);
        struct timespec soon = {0, 50000000};
        EXPECT_ERRNO(futex(&own, FUTEX_WAIT, 0, &soon, NULL, 0), ETIMEDOUT);
        _exit(0);
    }
    WAIT_UNTIL(*(volatile int *)&here[1025]);
    WAIT_UNTIL(futex(&here[1029], FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
    for (int i = 0; i < 5; i++) {
        EQUAL(futex(&own, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
        usleep(5000);
    }
    EQUAL(wait_for(child), 0);
    unlink("/tmp/shared-word");
}
