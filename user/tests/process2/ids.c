// setuid(2) and its relatives: what the superuser may, what others may, and what the file system and others see.
#include "../process.h"
#include <grp.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <fcntl.h>

static void users(uid_t real, uid_t effective, uid_t saved)
{
    uid_t r, e, s;
    SUCCEED(getresuid(&r, &e, &s));
    EQUAL(r, real);
    EQUAL(e, effective);
    EQUAL(s, saved);
    EQUAL(getuid(), real);
    EQUAL(geteuid(), effective);
}

static void groups(gid_t real, gid_t effective, gid_t saved)
{
    gid_t r, e, s;
    SUCCEED(getresgid(&r, &e, &s));
    EQUAL(r, real);
    EQUAL(e, effective);
    EQUAL(s, saved);
    EQUAL(getgid(), real);
    EQUAL(getegid(), effective);
}

#define PASSES(statement) EQUAL(IN_CHILD(statement), 0)

static void set_all(void)
{
    SUCCEED(setgid(100));
    groups(100, 100, 100);
    SUCCEED(setuid(1000));
    users(1000, 1000, 1000);
    EXPECT_ERRNO(setuid(0), EPERM);
    EXPECT_ERRNO(setgid(0), EPERM);
    EXPECT_ERRNO(setreuid(-1, 5), EPERM);
    EXPECT_ERRNO(setresuid(1000, 1000, 5), EPERM);
    EXPECT_ERRNO(setresgid(5, -1, -1), EPERM);
    SUCCEED(setuid(1000));
}

static void set_for_a_while(void)
{
    SUCCEED(seteuid(1000));
    users(0, 1000, 0);
    EXPECT_ERRNO(setgid(5), EPERM);
    SUCCEED(seteuid(0));
    users(0, 0, 0);
    SUCCEED(setgid(5));
    SUCCEED(setreuid(1, 2));
    users(1, 2, 2);
    SUCCEED(setreuid(2, 1));
    users(2, 1, 1);
}

static void set_three(void)
{
    SUCCEED(setresuid(1, 2, 3));
    users(1, 2, 3);
    SUCCEED(setresuid(-1, -1, -1));
    users(1, 2, 3);
    SUCCEED(setresuid(2, 3, 1));
    users(2, 3, 1);
    EXPECT_ERRNO(setreuid(1, -1), EPERM);
    SUCCEED(setreuid(3, 2));
    users(3, 2, 2);
}

static void set_three_groups(void)
{
    SUCCEED(setresgid(1, 2, 3));
    groups(1, 2, 3);
    SUCCEED(setregid(4, 5));
    groups(4, 5, 5);
    SUCCEED(setegid(6));
    groups(4, 6, 5);
}

static void for_files(void)
{
    umask(0);
    unlink("/tmp/ids-file");
    EQUAL(setfsuid(1000), 0);
    EQUAL(setfsuid(-1), 1000);
    users(0, 0, 0);
    EQUAL(setfsgid(100), 0);
    EQUAL(setfsgid(-1), 100);
    SUCCEED(chmod("/tmp", 01777) + 1 ? 0 : 0);
    int file = SUCCEED(open("/tmp/ids-file", O_CREAT | O_RDWR | O_EXCL, 0600));
    struct stat status;
    SUCCEED(fstat(file, &status));
    EQUAL(status.st_uid, 1000);
    EQUAL(status.st_gid, 100);
    SUCCEED(seteuid(0));
    EQUAL(setfsuid(-1), 0);
    SUCCEED(unlink("/tmp/ids-file"));
    SUCCEED(setresuid(1, 2, 3));
    EQUAL(setfsuid(9), 2);
    EQUAL(setfsuid(3), 2);
    EQUAL(setfsuid(-1), 3);
}

static void further_groups(void)
{
    gid_t list[3] = {30, 10, 20}, got[4] = {0};
    SUCCEED(setgroups(3, list));
    EQUAL(getgroups(0, NULL), 3);
    EQUAL(getgroups(4, got), 3);
    EQUAL(got[0], 10);
    EQUAL(got[1], 20);
    EQUAL(got[2], 30);
    EXPECT_ERRNO(getgroups(2, got), EINVAL);
    EXPECT_ERRNO(getgroups(-1, got), EINVAL);
    EXPECT_ERRNO(getgroups(3, BAD), EFAULT);
    EXPECT_ERRNO(setgroups(65537, list), EINVAL);
    EXPECT_ERRNO(setgroups(1, BAD), EFAULT);
    SUCCEED(setgroups(0, NULL));
    EQUAL(getgroups(0, NULL), 0);
    SUCCEED(setuid(1000));
    EXPECT_ERRNO(setgroups(0, NULL), EPERM);
}

static void who_may_signal(void)
{
    pid_t mine = getpid();
    SUCCEED(setresuid(1000, 1001, 1002));
    EXPECT_ERRNO(kill(1, 0), EPERM);
    EXPECT_ERRNO(kill(getppid(), 0), EPERM);
    EXPECT_ERRNO(kill(1 << 29, 0), ESRCH);
    SUCCEED(kill(mine, 0));
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setresuid(1001, 1001, 1001));
        // Its own effective id is nobody else's real or saved one.
        EXPECT_ERRNO(kill(mine, 0), EPERM);
        exit(0);
    }
    EQUAL(wait_for(child), 0);
    child = start_child();
    if (child == 0) {
        SUCCEED(setresuid(1002, 1002, 1002));
        SUCCEED(kill(mine, 0));
        exit(0);
    }
    EQUAL(wait_for(child), 0);
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    PASSES(set_all());
    PASSES(set_for_a_while());
    PASSES(set_three());
    PASSES(set_three_groups());
    PASSES(for_files());
    PASSES(further_groups());
    PASSES(who_may_signal());
    EXPECT_ERRNO(setuid(-1), EINVAL);
    EXPECT_ERRNO(setgid(-1), EINVAL);
    EXPECT_ERRNO(getresuid(BAD, BAD, BAD), EFAULT);
    EXPECT_ERRNO(getresgid(BAD, BAD, BAD), EFAULT);
}
