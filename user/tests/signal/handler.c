// build: musl
// kill(2) of oneself: the handler has run, with its siginfo, before the call returns.
#include "../test.h"
#include <signal.h>
#include <sys/syscall.h>

static volatile int count;
static siginfo_t last;

static void handler(int signal, siginfo_t *info, void *context)
{
    EQUAL(signal, info->si_signo);
    CHECK(context);
    last = *info;
    count++;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(sigaction(64, &action, NULL));

    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(count, 1);
    EQUAL(last.si_code, SI_USER);
    EQUAL(last.si_pid, getpid());
    EQUAL(last.si_uid, getuid());
    SUCCEED(syscall(SYS_tkill, getpid(), SIGUSR1));
    EQUAL(count, 2);
    EQUAL(last.si_code, SI_TKILL);
    SUCCEED(syscall(SYS_tgkill, getpid(), getpid(), 64));
    EQUAL(count, 3);

    SUCCEED(kill(getpid(), 0));
    EQUAL(count, 3);
    EXPECT_ERRNO(kill(getpid(), 65), EINVAL);
    EXPECT_ERRNO(kill(getpid(), -1), EINVAL);
    EXPECT_ERRNO(kill(0x3fffff, 0), ESRCH);
    EXPECT_ERRNO(syscall(SYS_tgkill, getpid(), 0x3fffff, 0), ESRCH);
    EXPECT_ERRNO(syscall(SYS_tgkill, 0, 0, 0), EINVAL);
}
