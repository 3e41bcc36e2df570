// Where clone(2) writes the child's number, and the zero at its end.
#include "../thread.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int parent_tid, child_tid = -1, seen_by_child;

static int look(void *unused)
{
    (void)unused;
    seen_by_child = child_tid;
    usleep(10000);
    return 0;
}

int main(void)
{
    int flags = CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    pid_t child = SUCCEED(clone(look, stack + sizeof stack, flags, NULL, (void *)&parent_tid, NULL, (void *)&child_tid));
    EQUAL(parent_tid, child);
    while (child_tid != 0)
        futex((void *)&child_tid, FUTEX_WAIT, child, NULL, NULL, 0);
    EQUAL(seen_by_child, child);
    EQUAL(wait_for(child), 0);
    EQUAL(parent_tid, child);

    // In memory that is not shared, the number is written in the child's.
    parent_tid = 0;
    child_tid = -1;
    fflush(stdout);
    long copy = SUCCEED(raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, (void *)&parent_tid, (void *)&child_tid, NULL));
    if (copy == 0)
        _exit(child_tid != getpid());
    EQUAL(parent_tid, copy);
    EQUAL(child_tid, -1);
    EQUAL(wait_for(copy), 0);
}
