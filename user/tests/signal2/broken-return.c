// rt_sigreturn(2) without a frame ends the program by SIGSEGV, and so does a handler whose stack is nowhere.
#include "../signals.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit no_core = {0, 0};
    SUCCEED(setrlimit(RLIMIT_CORE, &no_core));
    EXPECT_SIGNAL(__asm__ volatile("mov $16, %%esp; mov $15, %%eax; syscall" ::: "rax", "memory"), SIGSEGV);
    EXPECT_SIGNAL({
        catch_signal(SIGUSR1, 0);
        long pid = getpid();
        __asm__ volatile("mov $4096, %%esp; mov $62, %%eax; mov %0, %%rdi; mov $10, %%esi; syscall"
                         :: "r"(pid) : "rax", "rdi", "rsi", "rcx", "r11", "memory");
    }, SIGSEGV);
}
