// build: musl
// The types of file systems: /proc/filesystems, sysfs(2), and ustat(2), the old ways to ask for them.
#include "../cases.h"
#include <sys/statfs.h>
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

// Each type that is mounted can be found in the list; those that lie on no device are marked.
static void list(void)
{
    char line[256], listed[4096] = "\n", type[64], wanted[80];
    FILE *file = fopen("/proc/filesystems", "r");
    CHECK(file);
    size_t length = fread(listed + 1, 1, sizeof listed - 2, file);
    fclose(file);
    listed[1 + length] = 0;
    CHECK(strstr(listed, "\nnodev\tproc\n") && strstr(listed, "\nnodev\ttmpfs\n") && strstr(listed, "\nnodev\tdevpts\n"));
    file = fopen("/proc/self/mounts", "r");
    CHECK(file);
    while (fgets(line, sizeof line, file))
        // Linux mounts its first root by itself, and FUSE has types below its own.
        if (sscanf(line, "%*s %*s %63[^. ]", type) == 1 && strcmp(type, "rootfs")) {
            snprintf(wanted, sizeof wanted, "\t%s\n", type);
            GIVES(type, strstr(listed, wanted) != NULL, 1);
        }
    fclose(file);
}

static void terminals(void)
{
    struct statfs about;
    SUCCEED(mkdir("pts", 0755));
    if (mount("none", "pts", "devpts", 0, NULL) == -1 && errno == EPERM)
        return;
    SUCCEED(statfs("pts", &about));
    EQUAL(about.f_type, 0x1cd1);
    SUCCEED(access("pts/ptmx", F_OK));
    CASE("option that is none", mount("none", "pts", "devpts", 0, "nothing=1"), EINVAL);
    SUCCEED(umount("pts"));
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
    list();
    terminals();
    space();
    return end_cases();
}
