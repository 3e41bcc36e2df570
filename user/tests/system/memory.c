// build: musl
// sysinfo(2): memory in all is more than what is free, and both are believable.
#include "../test.h"
#include <sys/sysinfo.h>

int main(void)
{
    struct sysinfo info;
    memset(&info, 0xff, sizeof info);
    SUCCEED(sysinfo(&info));
    unsigned long total = info.totalram * info.mem_unit, free = info.freeram * info.mem_unit;
    CHECK(total > 8 << 20);
    CHECK(free > 0 && free < total);
    CHECK(info.uptime < 1L << 30);
    CHECK(info.procs > 0);
    EXPECT_ERRNO(sysinfo(BAD), EFAULT);
}
