// build: musl
// getrandom(2): flags that contradict each other or are none, bad addresses, nothing wanted.
#include "../test.h"
#include <sys/random.h>
#include <sys/syscall.h>

int main(void)
{
    char bytes[300] = "";
    EXPECT_ERRNO(syscall(SYS_getrandom, bytes, 8, 8), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getrandom, bytes, 8, GRND_RANDOM | 4), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getrandom, BAD, 8, 0), EFAULT);
    EQUAL(syscall(SYS_getrandom, bytes, 0, 0), 0);
    EQUAL(syscall(SYS_getrandom, bytes, sizeof bytes, GRND_NONBLOCK), sizeof bytes);
    EQUAL(syscall(SYS_getrandom, bytes, 8, GRND_RANDOM), 8);
    EQUAL(syscall(SYS_getrandom, bytes, 8, 4), 8);
    int seen = 0;
    for (int i = 8; i < 300; i++)
        seen += bytes[i] != bytes[i - 1];
    CHECK(seen > 200);
}
