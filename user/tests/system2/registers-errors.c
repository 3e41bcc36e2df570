// arch_prctl(2): bases that no program can have, and commands that are none.
#include "../test.h"
#include <sys/syscall.h>

#define SET_GS 0x1001
#define SET_FS 0x1002
#define GET_FS 0x1003
#define GET_GS 0x1004

int main(void)
{
    unsigned long base = 0;
    SUCCEED(syscall(SYS_arch_prctl, GET_FS, &base));
    CHECK(base != 0);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, GET_FS, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, GET_GS, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, SET_FS, 1UL << 63), EPERM);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, SET_GS, 0x800000000000), EPERM);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, 77, &base), EINVAL);
    SUCCEED(syscall(SYS_arch_prctl, SET_GS, 0x123456789000));
    SUCCEED(syscall(SYS_arch_prctl, GET_GS, &base));
    EQUAL(base, 0x123456789000);
}
