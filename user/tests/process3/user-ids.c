// setuid(2), setreuid(2), setresuid(2): who may take which ids, and what becomes of the saved one.
#include "../process.h"

static void expect(uid_t real, uid_t effective, uid_t saved)
{
    uid_t ids[3];
    SUCCEED(getresuid(&ids[0], &ids[1], &ids[2]));
    EQUAL(ids[0], real);
    EQUAL(ids[1], effective);
    EQUAL(ids[2], saved);
    EQUAL(getuid(), real);
    EQUAL(geteuid(), effective);
}

static void by_superuser(void)
{
    SUCCEED(setuid(10));
    expect(10, 10, 10);
    EXPECT_ERRNO(setuid(0), EPERM);
    SUCCEED(setuid(10));
    EXPECT_ERRNO(setresuid(-1, -1, 11), EPERM);
    EXPECT_ERRNO(setreuid(11, -1), EPERM);
    SUCCEED(setresuid(-1, -1, -1));
}

static void three(void)
{
    SUCCEED(setresuid(1, 2, 3));
    expect(1, 2, 3);
    SUCCEED(setresuid(3, 1, 2));
    expect(3, 1, 2);
    SUCCEED(setresuid(-1, 3, -1));
    expect(3, 3, 2);
    EXPECT_ERRNO(setresuid(4, -1, -1), EPERM);
    EXPECT_ERRNO(setresuid(-1, 4, -1), EPERM);
    EXPECT_ERRNO(setresuid(-1, -1, 4), EPERM);
    expect(3, 3, 2);
    EXPECT_ERRNO(setuid(1), EPERM);
    SUCCEED(setuid(2));
    expect(3, 2, 2);
}

static void two(void)
{
    SUCCEED(setresuid(1, 2, 3));
    SUCCEED(setreuid(-1, 3)); // the saved one may become effective
    expect(1, 3, 3);
    SUCCEED(setreuid(-1, 1));
    expect(1, 1, 3); // as the real one it is, the saved one stays
    SUCCEED(setreuid(1, -1));
    expect(1, 1, 1); // the real one was set
    EXPECT_ERRNO(setreuid(3, -1), EPERM);
}

static void swap(void)
{
    SUCCEED(setresuid(5, 6, 6));
    SUCCEED(setreuid(6, 5));
    expect(6, 5, 5);
    SUCCEED(setreuid(5, 6));
    expect(5, 6, 6);
}

static void back_and_forth(void)
{
    SUCCEED(seteuid(20));
    expect(0, 20, 0);
    EXPECT_ERRNO(setresuid(30, 30, 30), EPERM);
    SUCCEED(seteuid(0));
    expect(0, 0, 0);
    SUCCEED(setresuid(30, 30, 30));
    EXPECT_ERRNO(seteuid(0), EPERM);
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    EQUAL(IN_CHILD(by_superuser()), 0);
    EQUAL(IN_CHILD(three()), 0);
    EQUAL(IN_CHILD(two()), 0);
    EQUAL(IN_CHILD(swap()), 0);
    EQUAL(IN_CHILD(back_and_forth()), 0);
    expect(0, 0, 0);
    EXPECT_ERRNO(getresuid(BAD, BAD, BAD), EFAULT);
}
