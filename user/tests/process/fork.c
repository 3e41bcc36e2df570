// build: musl
// fork(2): a copy of memory and descriptors; positions in files are shared, memory is not.
#include "../process.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>

static int data = 1;

int main(void)
{
    int stack = 1, file = SUCCEED(open(FILES "lines", O_RDONLY)), *heap = malloc(sizeof *heap);
    int *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *heap = *mapped = *shared = 1;
    pid_t parent = getpid();
    EQUAL(IN_CHILD({
              CHECK(getpid() != parent && getppid() == parent);
              EQUAL(data + stack + *heap + *mapped, 4);
              data = stack = *heap = *mapped = *shared = 2;
              SUCCEED(lseek(file, 77, SEEK_SET));
              SUCCEED(close(file));
          }), 0);
    EQUAL(data + stack + *heap + *mapped, 4);
    EQUAL(*shared, 2);
    EQUAL(lseek(file, 0, SEEK_CUR), 77);

    // What the parent writes afterwards does not reach the child.
    pid_t child = start_child();
    if (child == 0) {
        while (*(volatile int *)shared != 3)
            sched_yield();
        _exit(data == 1 && *mapped == 1 ? 0 : 1);
    }
    data = *mapped = 5;
    *(volatile int *)shared = 3;
    EQUAL(wait_for(child), 0);
}
