// setfsuid(2) and setfsgid(2): ids for files alone, which follow the effective ones; and what files then allow.
#include "../process.h"
#include <fcntl.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#define FILE_NAME "/tmp/file-of-30"

static int may_read(void)
{
    int file = open(FILE_NAME, O_RDONLY);
    if (file == -1) {
        EQUAL(errno, EACCES);
        return 0;
    }
    close(file);
    return 1;
}

static void check(void)
{
    SUCCEED(setgroups(0, NULL));
    EQUAL(setfsuid(30), 0);
    EQUAL(setfsuid(-1), 30);
    EQUAL(geteuid(), 0);
    EQUAL(may_read(), 1);
    int made = SUCCEED(open("/tmp/for-all/made-by-30", O_CREAT | O_WRONLY | O_TRUNC, 0600));
    struct stat status;
    SUCCEED(fstat(made, &status));
    EQUAL(status.st_uid, 30);
    SUCCEED(unlink("/tmp/for-all/made-by-30"));
    EQUAL(setfsuid(31), 30);
    EQUAL(may_read(), 0);
    EQUAL(setfsgid(40), 0);
    EQUAL(may_read(), 1);
    EQUAL(setfsgid(0), 40);
    EQUAL(may_read(), 0);
    gid_t more[] = {40};
    SUCCEED(setgroups(1, more));
    EQUAL(may_read(), 1);
    SUCCEED(setgroups(0, NULL));

    SUCCEED(seteuid(32)); // takes the other along
    EQUAL(setfsuid(-1), 32);
    EQUAL(setfsuid(33), 32); // refused without a word
    EQUAL(setfsuid(-1), 32);
    EQUAL(setfsuid(0), 32); // the real one is allowed
    EQUAL(setfsuid(-1), 0);
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    unlink(FILE_NAME);
    int file = SUCCEED(open(FILE_NAME, O_CREAT | O_WRONLY | O_EXCL, 0640));
    SUCCEED(fchown(file, 30, 40));
    umask(0);
    SUCCEED(mkdir("/tmp/for-all", 0777));
    EQUAL(IN_CHILD(check()), 0);
    SUCCEED(rmdir("/tmp/for-all"));
    SUCCEED(unlink(FILE_NAME));
}
