// build: musl
// getuid(2) and friends: tests run as the superuser.
#include "../test.h"

int main(void)
{
    EQUAL(getuid(), 0);
    EQUAL(geteuid(), 0);
    EQUAL(getgid(), 0);
    EQUAL(getegid(), 0);
}
