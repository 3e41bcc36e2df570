// A handler's ucontext: the mask in it is what is blocked afterwards, and registers in it what the program goes on with.
#include "../signals.h"
#include <ucontext.h>

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    ucontext_t *interrupted = context;
    CHECK(!sigismember(&interrupted->uc_sigmask, SIGUSR1));
    CHECK(sigismember(&interrupted->uc_sigmask, SIGHUP));
    sigset_t now;
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(sigismember(&now, SIGUSR1) && sigismember(&now, SIGHUP) && sigismember(&now, SIGALRM));
    sigdelset(&interrupted->uc_sigmask, SIGHUP);
    sigaddset(&interrupted->uc_sigmask, SIGINT);
    // Nobody can block it.
    sigaddset(&interrupted->uc_sigmask, SIGKILL);
    interrupted->uc_mcontext.gregs[REG_R12] = 0x1234;
    EQUAL(interrupted->uc_mcontext.gregs[REG_CSGSFS] & 0xffff, 0x33);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGALRM);
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    block(SIGHUP);
    long value, pid = getpid();
    __asm__ volatile("mov $62, %%eax; mov %1, %%rdi; mov $10, %%esi; xor %%r12d, %%r12d; syscall; mov %%r12, %0"
                     : "=r"(value) : "r"(pid) : "rax", "rdi", "rsi", "rcx", "r11", "r12", "memory");
    EQUAL(value, 0x1234);
    sigset_t mask;
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &mask));
    CHECK(!sigismember(&mask, SIGHUP) && sigismember(&mask, SIGINT) && !sigismember(&mask, SIGKILL));
    CHECK(!sigismember(&mask, SIGUSR1) && !sigismember(&mask, SIGALRM));
}
