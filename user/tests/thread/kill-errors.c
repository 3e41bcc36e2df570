// tgkill(2) and tkill(2) refuse what is no thread, or a thread of another process.
#include "../thread.h"

int main(void)
{
    int own = getpid(), parent = getppid();
    EXPECT_ERRNO(syscall(SYS_tgkill, own, 0, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, 0, own, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, -1, own, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, 0, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, -1, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, own, own, 65), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, own, own, -1), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, own, 65), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, own, 4000000, 0), ESRCH);
    EXPECT_ERRNO(syscall(SYS_tkill, 4000000, 0), ESRCH);
    if (parent != 0)
        EXPECT_ERRNO(syscall(SYS_tgkill, own, parent, 0), ESRCH);
    SUCCEED(syscall(SYS_tgkill, own, own, 0));
    SUCCEED(syscall(SYS_tkill, own, 0));
}
