// A program whose file has set-id bits acts for the file's owner and group, and its C library knows (AT_SECURE).
#include "../process.h"
#include <fcntl.h>
#include <grp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define COPY "/tmp/set-id-copy"

static void copy(mode_t mode)
{
    static char bytes[1 << 22];
    int from = SUCCEED(open("/proc/self/exe", O_RDONLY));
    long size = SUCCEED(read(from, bytes, sizeof bytes));
    CHECK(size < (long)sizeof bytes);
    unlink(COPY);
    int to = SUCCEED(open(COPY, O_WRONLY | O_CREAT | O_EXCL, 0755));
    EQUAL(write(to, bytes, size), size);
    SUCCEED(fchown(to, 1234, 2345));
    SUCCEED(fchmod(to, mode));
    SUCCEED(close(to));
    SUCCEED(close(from));
}

// Runs the copy as another user, which prints what it is: its status tells.
static int run(void)
{
    return IN_CHILD({
        SUCCEED(setgroups(0, NULL));
        SUCCEED(setgid(1001));
        SUCCEED(setuid(1000));
        execl(COPY, COPY, "inside", NULL);
        _exit(99);
    });
}

static int inside(void)
{
    int told = 0;
    uid_t real, effective, saved;
    SUCCEED(getresuid(&real, &effective, &saved));
    EQUAL(real, 1000);
    EQUAL(saved, effective);
    told |= effective == 1234 ? 1 : effective == 1000 ? 0 : 64;
    told |= getegid() == 2345 ? 2 : getegid() == 1001 ? 0 : 64;
    EQUAL(getauxval(AT_UID), real);
    EQUAL(getauxval(AT_EUID), effective);
    EQUAL(getauxval(AT_EGID), getegid());
    told |= getauxval(AT_SECURE) ? 4 : 0;
    return told;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "inside") == 0)
        return inside();
    if (getuid() != 0)
        SKIP("needs the superuser");
    copy(0755);
    EQUAL(run(), 0);
    copy(04755);
    int status = run();
    if (status == 0)
        SKIP("set-id bits do nothing here");
    EQUAL(status, (1 | 4) << 8);
    copy(02755);
    EQUAL(run(), (2 | 4) << 8);
    copy(02745);
    EQUAL(run(), 0);
    copy(06755);
    EQUAL(run(), (1 | 2 | 4) << 8);
    SUCCEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    EQUAL(run(), 0);
    SUCCEED(unlink(COPY));
}
