// sethostname(2), setdomainname(2), uname(2).
#include "../process.h"
#include <sched.h>
#include <sys/utsname.h>

int main(void)
{
    struct utsname names;
    if (getuid() != 0)
        SKIP("needs the superuser");
#ifdef CLONE_NEWUTS
    // Not to rename the machine that this is tried on first.
    unshare(CLONE_NEWUTS);
#endif
    SUCCEED(sethostname("testing", 7));
    SUCCEED(uname(&names));
    CHECK(strcmp(names.nodename, "testing") == 0);
    SUCCEED(setdomainname("example", 7));
    SUCCEED(uname(&names));
    CHECK(strcmp(names.domainname, "example") == 0);
    char name[65];
    memset(name, 'x', sizeof name);
    SUCCEED(sethostname(name, 64));
    SUCCEED(uname(&names));
    EQUAL(strlen(names.nodename), 64);
    EXPECT_ERRNO(sethostname(name, 65), EINVAL);
    EXPECT_ERRNO(sethostname(name, -1), EINVAL);
    EXPECT_ERRNO(sethostname(BAD, 4), EFAULT);
    EXPECT_ERRNO(setdomainname(name, 65), EINVAL);
    EXPECT_ERRNO(setdomainname(BAD, 4), EFAULT);
    SUCCEED(sethostname("cor", 3));
    EQUAL(IN_CHILD({
        SUCCEED(setuid(1000));
        EXPECT_ERRNO(sethostname("mine", 4), EPERM);
        EXPECT_ERRNO(setdomainname("mine", 4), EPERM);
    }), 0);
}
