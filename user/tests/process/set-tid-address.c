// build: musl
// set_tid_address(2) returns the thread's number, whatever the address.
#include "../test.h"
#include <sys/syscall.h>

int main(void)
{
    int word;
    EQUAL(syscall(SYS_set_tid_address, &word), getpid());
    EQUAL(syscall(SYS_set_tid_address, NULL), getpid());
}
