// setgid(2), setregid(2), setresgid(2) and setgroups(2): the same for groups, and who may have which further groups.
#include "../process.h"
#include <grp.h>

static void expect(gid_t real, gid_t effective, gid_t saved)
{
    gid_t ids[3];
    SUCCEED(getresgid(&ids[0], &ids[1], &ids[2]));
    EQUAL(ids[0], real);
    EQUAL(ids[1], effective);
    EQUAL(ids[2], saved);
    EQUAL(getgid(), real);
    EQUAL(getegid(), effective);
}

static void give_up(void)
{
    SUCCEED(setresgid(1, 2, 3));
    SUCCEED(setuid(50));
    expect(1, 2, 3);
    EXPECT_ERRNO(setresgid(4, -1, -1), EPERM);
    EXPECT_ERRNO(setregid(3, -1), EPERM);
    EXPECT_ERRNO(setgid(4), EPERM);
    SUCCEED(setgid(3));
    expect(1, 3, 3);
    SUCCEED(setregid(-1, 1));
    expect(1, 1, 3);
    SUCCEED(setresgid(3, 3, 3));
    EXPECT_ERRNO(setresgid(-1, 1, -1), EPERM);
    gid_t more[] = {7};
    EXPECT_ERRNO(setgroups(1, more), EPERM);
    EXPECT_ERRNO(setgroups(0, NULL), EPERM);
}

static void further(void)
{
    gid_t more[] = {9, 7, 8}, told[10];
    SUCCEED(setgroups(3, more));
    EQUAL(getgroups(0, NULL), 3);
    EQUAL(getgroups(10, told), 3);
    EQUAL(told[0] + told[1] + told[2], 24);
    EXPECT_ERRNO(getgroups(2, told), EINVAL);
    volatile int negative = -1;
    EXPECT_ERRNO(getgroups(negative, told), EINVAL);
    EXPECT_ERRNO(getgroups(3, BAD), EFAULT);
    EXPECT_ERRNO(setgroups(3, BAD), EFAULT);
    EXPECT_ERRNO(setgroups(65537, more), EINVAL);
    EXPECT_ERRNO(setgroups(-1, more), EINVAL);
    EQUAL(getgroups(0, NULL), 3);
    EQUAL(IN_CHILD(EQUAL(getgroups(0, NULL), 3)), 0);
    SUCCEED(setgroups(0, NULL));
    EQUAL(getgroups(10, told), 0);
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    EQUAL(IN_CHILD(give_up()), 0);
    EQUAL(IN_CHILD(further()), 0);
    EXPECT_ERRNO(getresgid(BAD, BAD, BAD), EFAULT);
}
