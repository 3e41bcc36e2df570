// build: musl
// syslog(2): what it refuses, and who may only look.
#include "../process.h"
#include <sys/klog.h>

static char text[1 << 16];

static void as_another(void)
{
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(klogctl(5, NULL, 0), EPERM);
    EXPECT_ERRNO(klogctl(8, NULL, 4), EPERM);
    EXPECT_ERRNO(klogctl(2, text, sizeof text), EPERM);
}

int main(void)
{
    CHECK(klogctl(10, NULL, 0) > 0);
    SUCCEED(klogctl(3, text, sizeof text));
    EXPECT_ERRNO(klogctl(3, NULL, 10), EINVAL);
    EXPECT_ERRNO(klogctl(3, text, -1), EINVAL);
    EXPECT_ERRNO(klogctl(8, NULL, 0), EINVAL);
    EXPECT_ERRNO(klogctl(8, NULL, 9), EINVAL);
    EXPECT_ERRNO(klogctl(99, text, 10), EINVAL);
    EQUAL(klogctl(3, text, 0), 0);
    EQUAL(IN_CHILD(as_another()), 0);
}
