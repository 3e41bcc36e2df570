// build: -O2 -static
// process_vm_readv(2), process_vm_writev(2): another process's memory.
#include "../process.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>

static char there[10000] = "some text";

int main(void)
{
    int ends[2];
    char byte, here[10000];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        strcpy(there, "the child's");
        memset(there + 5000, 'c', 5000);
        EQUAL(write(ends[1], "x", 1), 1);
        while (((volatile char *)there)[0] != '!')
            usleep(1000);
        _exit(there[9000] == 'w' ? 0 : 1);
    }
    EQUAL(read(ends[0], &byte, 1), 1);
    struct iovec own[2] = {{here, 5}, {here + 100, 9000}}, their = {there, 9005};
    EQUAL(process_vm_readv(child, own, 2, &their, 1, 0), 9005);
    EQUAL(memcmp(here, "the c", 5), 0);
    EQUAL(strcmp(here + 100, "hild's"), 0);
    EQUAL(here[9099], 'c');
    EQUAL(strcmp(there, "some text"), 0);
    // Less room on either side.
    their.iov_len = 3;
    EQUAL(process_vm_readv(child, own, 2, &their, 1, 0), 3);
    struct iovec bad[2] = {{there, 4}, {(void *)16, 4}};
    EQUAL(process_vm_readv(child, own, 2, bad, 2, 0), 4);
    EXPECT_ERRNO(process_vm_readv(child, own, 2, bad + 1, 1, 0), EFAULT);
    EXPECT_ERRNO(process_vm_readv(child, own, 1, &their, 1, 1), EINVAL);
    EXPECT_ERRNO(process_vm_readv(child, own, 1025, &their, 1, 0), EINVAL);
    EXPECT_ERRNO(process_vm_readv(1 << 21, own, 1, &their, 1, 0), ESRCH);
    int status = IN_CHILD({
        SUCCEED(setresuid(1000, 1000, 1000));
        EXPECT_ERRNO(process_vm_readv(child, own, 1, &their, 1, 0), EPERM);
    });
    EQUAL(status, 0);
    struct iovec from = {"w", 1}, to = {there + 9000, 1};
    EQUAL(process_vm_writev(child, &from, 1, &to, 1, 0), 1);
    from.iov_base = "!", to.iov_base = there;
    EQUAL(process_vm_writev(child, &from, 1, &to, 1, 0), 1);
    EQUAL(wait_for(child), 0);
    return 0;
}
