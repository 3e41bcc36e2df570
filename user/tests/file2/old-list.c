// getdents(2), with the old structure.
#include "../test.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct entry { unsigned long number, next; unsigned short length; char name[]; };

int main(void)
{
    mkdir("/tmp/old-list", 0755);
    close(SUCCEED(open("/tmp/old-list/file", O_CREAT | O_RDWR, 0644)));
    int folder = SUCCEED(open("/tmp/old-list", O_RDONLY));
    char bytes[1000];
    long count = SUCCEED(syscall(SYS_getdents, folder, bytes, sizeof bytes));
    int seen = 0;
    for (long at = 0; at < count; at += ((struct entry *)(bytes + at))->length) {
        struct entry *entry = (void *)(bytes + at);
        int kind = bytes[at + entry->length - 1];
        EQUAL(kind, strcmp(entry->name, "file") == 0 ? DT_REG : DT_DIR);
        seen++;
    }
    EQUAL(seen, 3);
    EQUAL(syscall(SYS_getdents, folder, bytes, sizeof bytes), 0);
    SUCCEED(lseek(folder, 0, SEEK_SET));
    EXPECT_ERRNO(syscall(SYS_getdents, folder, bytes, 10), EINVAL);
    EXPECT_ERRNO(syscall(SYS_getdents, folder, BAD, 1000), EFAULT);
    EXPECT_ERRNO(syscall(SYS_getdents, 999, bytes, 1000), EBADF);
    EXPECT_ERRNO(syscall(SYS_getdents, open("/tmp/old-list/file", O_RDONLY), bytes, 1000), ENOTDIR);
    SUCCEED(unlink("/tmp/old-list/file")), SUCCEED(rmdir("/tmp/old-list"));
}
