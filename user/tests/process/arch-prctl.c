// arch_prctl(2): the bases of FS and GS are the thread's own; an address that a program cannot have is refused.
#include "../test.h"
#include <asm/prctl.h>
#include <sys/syscall.h>

int main(void)
{
    unsigned long fs, gs, word = 0x1234;
    SUCCEED(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs));
    unsigned long self;
    __asm__("movq %%fs:0, %0" : "=r"(self));
    EQUAL(fs, self);

    SUCCEED(syscall(SYS_arch_prctl, ARCH_SET_GS, &word));
    SUCCEED(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs));
    EQUAL(gs, (long)&word);
    unsigned long read;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(read));
    EQUAL(read, 0x1234);
    SUCCEED(syscall(SYS_sched_yield));
    __asm__ volatile("movq %%gs:0, %0" : "=r"(read));
    EQUAL(read, 0x1234);

    EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_SET_GS, 1UL << 63), EPERM);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_SET_FS, 0x800000000000), EPERM);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, ARCH_GET_FS, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_arch_prctl, 0x9999, 0), EINVAL);
}
