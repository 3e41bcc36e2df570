// capget(2), capset(2) and what changing ids does to capabilities: capabilities(7).
#include "../process.h"
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static struct __user_cap_data_struct data[2];

static void get(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    SUCCEED(syscall(SYS_capget, &header, data));
}

static int set(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    return syscall(SYS_capset, &header, data);
}

static int has(int capability)
{
    get();
    return data[capability / 32].effective >> capability % 32 & 1;
}

#define PASSES(statement) EQUAL(IN_CHILD(statement), 0)

static void drop(void)
{
    get();
    data[0].effective &= ~(1u << CAP_SETUID);
    SUCCEED(set());
    EQUAL(has(CAP_SETUID), 0);
    EXPECT_ERRNO(setuid(5), EPERM);
    data[0].effective |= 1u << CAP_SETUID;
    SUCCEED(set());
    data[0].permitted &= ~(1u << CAP_SETGID);
    EXPECT_ERRNO(set(), EPERM);
    data[0].effective &= ~(1u << CAP_SETGID);
    SUCCEED(set());
    data[0].permitted |= 1u << CAP_SETGID;
    EXPECT_ERRNO(set(), EPERM);
    EXPECT_ERRNO(setgid(5), EPERM);
}

static void leave(void)
{
    SUCCEED(seteuid(1000));
    get();
    EQUAL(data[0].effective, 0);
    CHECK(data[0].permitted != 0);
    SUCCEED(seteuid(0));
    EQUAL(has(CAP_KILL), 1);
    SUCCEED(setuid(1000));
    get();
    EQUAL(data[0].effective | data[0].permitted, 0);
}

static void keep(void)
{
    EQUAL(prctl(PR_GET_KEEPCAPS), 0);
    SUCCEED(prctl(PR_SET_KEEPCAPS, 1));
    EQUAL(prctl(PR_GET_KEEPCAPS), 1);
    SUCCEED(setuid(1000));
    get();
    EQUAL(data[0].effective, 0);
    CHECK(data[0].permitted >> CAP_KILL & 1);
    data[0].effective = 1u << CAP_KILL;
    SUCCEED(set());
    EQUAL(has(CAP_KILL), 1);
    EXPECT_ERRNO(prctl(PR_SET_KEEPCAPS, 2), EINVAL);
}

static void bounds(void)
{
    EQUAL(prctl(PR_CAPBSET_READ, CAP_KILL), 1);
    SUCCEED(prctl(PR_CAPBSET_DROP, CAP_KILL));
    EQUAL(prctl(PR_CAPBSET_READ, CAP_KILL), 0);
    EXPECT_ERRNO(prctl(PR_CAPBSET_READ, 63), EINVAL);
    EXPECT_ERRNO(prctl(PR_CAPBSET_DROP, 63), EINVAL);
    EQUAL(has(CAP_KILL), 1);
    EQUAL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0), 0);
    EXPECT_ERRNO(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0), EPERM);
    get();
    data[0].inheritable |= 1u << CAP_CHOWN;
    SUCCEED(set());
    SUCCEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0));
    EQUAL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0), 1);
    SUCCEED(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    EQUAL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0), 0);
    SUCCEED(setuid(1000));
    EXPECT_ERRNO(prctl(PR_CAPBSET_DROP, CAP_CHOWN), EPERM);
}

int main(void)
{
    if (getuid() != 0 || !has(CAP_SETPCAP) || !has(CAP_SETUID) || !has(CAP_KILL))
        SKIP("needs the superuser");
    PASSES(drop());
    PASSES(leave());
    PASSES(keep());
    PASSES(bounds());

    struct __user_cap_header_struct header = {0, 0};
    EXPECT_ERRNO(syscall(SYS_capget, &header, data), EINVAL);
    EQUAL(header.version, _LINUX_CAPABILITY_VERSION_3);
    header.version = 0;
    SUCCEED(syscall(SYS_capget, &header, NULL));
    header.pid = 1 << 29;
    EXPECT_ERRNO(syscall(SYS_capget, &header, data), ESRCH);
    header.pid = -1;
    EXPECT_ERRNO(syscall(SYS_capget, &header, data), EINVAL);
    header.pid = getppid();
    EXPECT_ERRNO(syscall(SYS_capset, &header, data), EPERM);
    EXPECT_ERRNO(syscall(SYS_capget, BAD, data), EFAULT);
    header.pid = 0;
    EXPECT_ERRNO(syscall(SYS_capget, &header, BAD), EFAULT);
}
