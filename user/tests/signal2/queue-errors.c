// build: musl
// rt_sigqueueinfo(2) and rt_tgsigqueueinfo(2): nobody can pretend to be the kernel or kill(2) to another process.
#include "../signals.h"
#include <sys/syscall.h>

static long queue(pid_t pid, int signal, int code)
{
    siginfo_t info = {.si_signo = signal, .si_code = code};
    return syscall(SYS_rt_sigqueueinfo, pid, signal, &info);
}

static long queue_thread(pid_t process, pid_t thread, int signal, int code)
{
    siginfo_t info = {.si_signo = signal, .si_code = code};
    return syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, &info);
}

int main(void)
{
    catch_signal(SIGUSR1, 0);
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_ERRNO(queue(child, SIGUSR1, SI_USER), EPERM);
    EXPECT_ERRNO(queue(child, SIGUSR1, SI_TKILL), EPERM);
    EXPECT_ERRNO(queue(child, SIGUSR1, SI_KERNEL), EPERM);
    EXPECT_ERRNO(queue_thread(child, child, SIGUSR1, SI_USER), EPERM);
    EXPECT_ERRNO(queue(1 << 29, SIGUSR1, SI_QUEUE), ESRCH);
    EXPECT_ERRNO(queue(child, 65, SI_QUEUE), EINVAL);
    EXPECT_ERRNO(queue_thread(child, 0, SIGUSR1, SI_QUEUE), EINVAL);
    EXPECT_ERRNO(queue_thread(-1, child, SIGUSR1, SI_QUEUE), EINVAL);
    EXPECT_ERRNO(queue_thread(getpid(), child, SIGUSR1, SI_QUEUE), ESRCH);
    EXPECT_ERRNO(syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_tgsigqueueinfo, child, child, SIGUSR1, BAD), EFAULT);
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);

    // To oneself anything goes.
    SUCCEED(queue(getpid(), SIGUSR1, SI_USER));
    EQUAL(caught, 1);
    EQUAL(last.si_code, SI_USER);
    SUCCEED(queue_thread(getpid(), getpid(), SIGUSR1, -60));
    EQUAL(caught, 2);
    EQUAL(last.si_code, -60);
    EQUAL(IN_CHILD({
        SUCCEED(setuid(99));
        EXPECT_ERRNO(queue(getppid(), SIGUSR1, SI_QUEUE), EPERM);
    }), 0);
}
