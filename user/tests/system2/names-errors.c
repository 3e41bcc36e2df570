// build: musl
// uname(2), sethostname(2), setdomainname(2): what they refuse; what is set is told.
#include "../process.h"
#include <sys/syscall.h>
#include <sys/utsname.h>

static void as_another(void)
{
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(sethostname("x", 1), EPERM);
    EXPECT_ERRNO(setdomainname("x", 1), EPERM);
}

int main(void)
{
    struct utsname before, now;
    char longest[65];
    memset(longest, 'h', sizeof longest);
    SUCCEED(uname(&before));
    EXPECT_ERRNO(syscall(SYS_uname, BAD), EFAULT);
    EXPECT_ERRNO(sethostname("x", -1), EINVAL);
    EXPECT_ERRNO(sethostname(longest, 65), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sethostname, BAD, 5), EFAULT);
    EXPECT_ERRNO(setdomainname(longest, 65), EINVAL);
    EXPECT_ERRNO(syscall(SYS_setdomainname, BAD, 5), EFAULT);
    SUCCEED(sethostname(longest, 64));
    SUCCEED(uname(&now));
    EQUAL(strlen(now.nodename), 64);
    SUCCEED(sethostname("ab", 2));
    SUCCEED(uname(&now));
    EQUAL(strcmp(now.nodename, "ab"), 0);
    SUCCEED(sethostname(before.nodename, strlen(before.nodename)));
    EQUAL(IN_CHILD(as_another()), 0);
}
