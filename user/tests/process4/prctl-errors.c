// prctl(2): what it refuses, option by option.
#include "../process.h"
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static long call(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    return syscall(SYS_prctl, option, a, b, c, d);
}

static void as_another(void)
{
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(call(PR_CAPBSET_DROP, CAP_KILL, 0, 0, 0), EPERM);
    EXPECT_ERRNO(call(PR_SET_SECUREBITS, 1, 0, 0, 0), EPERM);
}

int main(void)
{
    EXPECT_ERRNO(call(1 << 24, 0, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_SET_PDEATHSIG, 65, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_GET_PDEATHSIG, (long)BAD, 0, 0, 0), EFAULT);
    EXPECT_ERRNO(call(PR_SET_NAME, (long)BAD, 0, 0, 0), EFAULT);
    EXPECT_ERRNO(call(PR_GET_NAME, (long)BAD, 0, 0, 0), EFAULT);
    EXPECT_ERRNO(call(PR_SET_DUMPABLE, 2, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_SET_TIMING, 1, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_GET_CHILD_SUBREAPER, (long)BAD, 0, 0, 0), EFAULT);
    EXPECT_ERRNO(call(PR_CAPBSET_READ, 64, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_CAPBSET_DROP, 64, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_CAP_AMBIENT, 77, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 64, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0), EINVAL);
    EXPECT_ERRNO(call(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), EPERM);
    EQUAL(IN_CHILD(as_another()), 0);

    // How late one lets oneself be woken goes to children, and 0 is what it was at first.
    SUCCEED(call(PR_SET_TIMERSLACK, 12345, 0, 0, 0));
    EQUAL(call(PR_GET_TIMERSLACK, 0, 0, 0, 0), 12345);
    EQUAL(IN_CHILD({
        EQUAL(call(PR_GET_TIMERSLACK, 0, 0, 0, 0), 12345);
        SUCCEED(call(PR_SET_TIMERSLACK, 7, 0, 0, 0));
        SUCCEED(call(PR_SET_TIMERSLACK, 0, 0, 0, 0));
        EQUAL(call(PR_GET_TIMERSLACK, 0, 0, 0, 0), 12345);
    }), 0);
}
