// build: musl
// sysfs(2) and ustat(2), the old ways to ask for file systems.
#include "../cases.h"
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static void types(void)
{
    char name[64];
    long count = syscall(SYS_sysfs, 3);
    if (count == -1 && errno == ENOSYS)
        return;
    CHECK(count > 3);
    int seen = 0;
    for (long number = 0; number < count; number++) {
        SUCCEED(syscall(SYS_sysfs, 2, number, name));
        seen += strcmp(name, "tmpfs") == 0;
        GIVES("a name by its number", syscall(SYS_sysfs, 1, name), number);
    }
    EQUAL(seen, 1);
    CASE("unknown name", syscall(SYS_sysfs, 1, "nothing-like-this"), EINVAL);
    CASE("bad name", syscall(SYS_sysfs, 1, BAD), EFAULT);
    CASE("no such number", syscall(SYS_sysfs, 2, count, name), EINVAL);
    CASE("bad place", syscall(SYS_sysfs, 2, 0, BAD), EFAULT);
    CASE("unknown question", syscall(SYS_sysfs, 4), EINVAL);
}

static void space(void)
{
    struct { int blocks; long inodes; char names[12]; } told;
    struct stat about;
    SUCCEED(stat(".", &about));
    if (syscall(SYS_ustat, about.st_dev, &told) == -1 && errno == ENOSYS)
        return;
    CASE("ustat", syscall(SYS_ustat, about.st_dev, &told), 0);
    CHECK(told.blocks > 0 && told.inodes > 0);
    CASE("ustat of no device", syscall(SYS_ustat, 0xffff, &told), EINVAL);
    CASE("ustat to a bad address", syscall(SYS_ustat, about.st_dev, BAD), EFAULT);
}

int main(void)
{
    in_fresh_folder("/tmp/types");
    types();
    space();
    return end_cases();
}
