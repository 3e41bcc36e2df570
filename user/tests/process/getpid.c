// build: musl
// getpid(2), gettid(2), getppid(2): positive, steady, and the first thread's number is the process's.
#include "../test.h"
#include <sys/syscall.h>

int main(void)
{
    CHECK(getpid() > 0);
    EQUAL(getpid(), getpid());
    EQUAL(syscall(SYS_gettid), getpid());
    CHECK(getppid() >= 0);
    CHECK(getppid() != getpid());
}
