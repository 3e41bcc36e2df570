// PR_SET_SECUREBITS and PR_SET_KEEPCAPS: how being the superuser and having capabilities go together.
#include "../process.h"
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static unsigned effective(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SUCCEED(syscall(SYS_capget, &header, data));
    return data[0].effective;
}

static void no_fixup(void)
{
    SUCCEED(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
    unsigned before = effective();
    SUCCEED(setuid(4711));
    EQUAL(effective(), before);
}

static void keep(void)
{
    SUCCEED(prctl(PR_SET_KEEPCAPS, 1));
    EQUAL(prctl(PR_GET_KEEPCAPS), 1);
    EQUAL(prctl(PR_GET_SECUREBITS), SECBIT_KEEP_CAPS);
    SUCCEED(setuid(4711));
    EQUAL(effective(), 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SUCCEED(syscall(SYS_capget, &header, data));
    CHECK(data[0].permitted != 0);
    // Without CAP_SETPCAP they are fixed.
    EXPECT_ERRNO(prctl(PR_SET_SECUREBITS, 0), EPERM);
}

static void locked(void)
{
    SUCCEED(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED));
    EXPECT_ERRNO(prctl(PR_SET_KEEPCAPS, 1), EPERM);
    EXPECT_ERRNO(prctl(PR_SET_SECUREBITS, 0), EPERM);
    EXPECT_ERRNO(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_SETUID_FIXUP), EPERM);
    SUCCEED(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NOROOT));
    EQUAL(prctl(PR_GET_SECUREBITS), SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NOROOT);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        EQUAL(effective(), 0);
        return 0;
    }
    CHECK(effective() != 0);
    EQUAL(prctl(PR_GET_SECUREBITS), 0);
    EQUAL(IN_CHILD(no_fixup()), 0);
    EQUAL(IN_CHILD(keep()), 0);
    EQUAL(IN_CHILD(locked()), 0);
    EXPECT_ERRNO(prctl(PR_SET_SECUREBITS, 1 << 20), EPERM);
    EXPECT_ERRNO(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
    // The superuser's programs get nothing.
    SUCCEED(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT));
    execl("/proc/self/exe", arguments[0], "again", NULL);
    FAIL("execl: %s", strerror(errno));
}
