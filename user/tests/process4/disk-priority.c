// build: musl
// ioprio_set(2), ioprio_get(2): a class and a level, of a process, a group or a user.
#include "../process.h"
#include <sys/syscall.h>

#define VALUE(class, level) ((class) << 13 | (level))

static long set(int which, int who, int value)
{
    return syscall(SYS_ioprio_set, which, who, value);
}

static long get(int which, int who)
{
    return syscall(SYS_ioprio_get, which, who);
}

static void as_another(void)
{
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(set(1, 0, VALUE(1, 0)), EPERM);
    EXPECT_ERRNO(set(1, getppid(), VALUE(2, 0)), EPERM);
    SUCCEED(set(1, 0, VALUE(3, 0)));
}

int main(void)
{
    SUCCEED(set(1, 0, VALUE(2, 3)));
    EQUAL(get(1, getpid()), VALUE(2, 3));
    EQUAL(IN_CHILD(EQUAL(get(1, 0), VALUE(2, 3))), 0);
    SUCCEED(set(1, getpid(), VALUE(1, 7)));
    EQUAL(get(1, 0), VALUE(1, 7));
    SUCCEED(set(1, 0, VALUE(3, 0)));
    EQUAL(get(1, 0), VALUE(3, 0));
    EXPECT_ERRNO(set(1, 0, VALUE(0, 1)), EINVAL);
    EXPECT_ERRNO(set(1, 0, VALUE(7, 0)), EINVAL);
    EXPECT_ERRNO(set(9, 0, VALUE(2, 0)), EINVAL);
    EXPECT_ERRNO(set(1, 1 << 29, VALUE(2, 0)), ESRCH);
    EXPECT_ERRNO(get(0, 0), EINVAL);
    EXPECT_ERRNO(get(1, 1 << 29), ESRCH);
    EQUAL(IN_CHILD(as_another()), 0);
}
