// build: musl
// sysinfo(2): time that goes on, memory, processes; a bad address.
#include "../signals.h"
#include <sys/syscall.h>
#include <sys/sysinfo.h>

int main(void)
{
    struct sysinfo before, now;
    SUCCEED(sysinfo(&before));
    CHECK(before.totalram > before.freeram && before.freeram > 0);
    CHECK(before.mem_unit >= 1);
    CHECK(before.procs >= 1);
    sleep_for(1100);
    SUCCEED(sysinfo(&now));
    CHECK(now.uptime > before.uptime);
    struct timespec running;
    SUCCEED(clock_gettime(CLOCK_BOOTTIME, &running));
    long uptime = now.uptime;
    CHECK(uptime <= running.tv_sec + 1 && uptime + 60 >= running.tv_sec);
    EXPECT_ERRNO(syscall(SYS_sysinfo, BAD), EFAULT);
}
