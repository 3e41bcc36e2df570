// build: musl
// tkill(2) and tgkill(2) send to one thread, and say so: SI_TKILL.
#include "../signals.h"
#include <sys/syscall.h>

int main(void)
{
    catch_signal(SIGUSR2, 0);
    SUCCEED(syscall(SYS_tkill, getpid(), SIGUSR2));
    EQUAL(caught, 1);
    EQUAL(last.si_code, SI_TKILL);
    EQUAL(last.si_pid, getpid());
    EQUAL(last.si_uid, getuid());
    SUCCEED(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR2));
    EQUAL(caught, 2);
    SUCCEED(raise(SIGUSR2));
    EQUAL(caught, 3);
    EQUAL(last.si_code, SI_TKILL);

    EXPECT_ERRNO(syscall(SYS_tkill, 0, SIGUSR2), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, -5, SIGUSR2), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, getpid(), 65), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tkill, 1 << 29, SIGUSR2), ESRCH);
    EXPECT_ERRNO(syscall(SYS_tgkill, 0, getpid(), SIGUSR2), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, getpid(), 0, SIGUSR2), EINVAL);
    EXPECT_ERRNO(syscall(SYS_tgkill, getpid(), getpid(), -1), EINVAL);
    // There is such a thread, but not in that process.
    EXPECT_ERRNO(syscall(SYS_tgkill, getppid(), getpid(), 0), ESRCH);
    SUCCEED(syscall(SYS_tgkill, getpid(), getpid(), 0));
    EQUAL(caught, 3);
}
