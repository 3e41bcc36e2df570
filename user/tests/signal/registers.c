// A handler sees the registers of the interrupted program, may change them, and disturbs none that it does not.
#include "../test.h"
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>

static unsigned long seen[6];

static void handler(int signal, siginfo_t *info, void *opaque)
{
    (void)signal, (void)info;
    ucontext_t *context = opaque;
    greg_t *registers = context->uc_mcontext.gregs;
    seen[0] = registers[REG_RBX];
    seen[1] = registers[REG_R12];
    seen[2] = registers[REG_R15];
    seen[3] = registers[REG_RAX];
    seen[4] = registers[REG_EFL];
    seen[5] = registers[REG_CSGSFS] & 0xffff;
    registers[REG_R12] = 0x9999;
    // All of these are the program's as well.
    __asm__ volatile("pxor %%xmm0, %%xmm0\n pxor %%xmm15, %%xmm15\n fninit\n fldz\n std\n cld\n" ::: "xmm0", "xmm15");
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    unsigned long rbx, r12, r15, result = SYS_kill, red_zone;
    double low = 1.5, high = 2.5, top, x87 = 3.5;
    __asm__ volatile("movq $0x1111, %%rbx\n movq $0x2222, %%r12\n movq $0x3333, %%r15\n"
                     "movq $0x4444, -8(%%rsp)\n"
                     "movsd %[low], %%xmm0\n movsd %[high], %%xmm15\n fldl %[x87]\n"
                     "stc\n"
                     "syscall\n"
                     "movq %%rbx, %[rbx]\n movq %%r12, %[r12]\n movq %%r15, %[r15]\n"
                     "movq -8(%%rsp), %%rbx\n movq %%rbx, %[red_zone]\n"
                     "movsd %%xmm0, %[low]\n movsd %%xmm15, %[high]\n fstpl %[top]\n"
                     : "+a"(result), [rbx] "=m"(rbx), [r12] "=m"(r12), [r15] "=m"(r15), [red_zone] "=m"(red_zone),
                       [low] "+m"(low), [high] "+m"(high), [top] "=m"(top)
                     : "D"(getpid()), "S"(SIGUSR1), [x87] "m"(x87)
                     : "rbx", "rcx", "r11", "r12", "r15", "xmm0", "xmm15", "memory", "cc", "st");
    EQUAL(result, 0);
    EQUAL(seen[0], 0x1111);
    EQUAL(seen[1], 0x2222);
    EQUAL(seen[2], 0x3333);
    EQUAL(seen[3], 0);
    EQUAL(seen[4] & 1, 1);
    EQUAL(seen[5], 0x33);
    EQUAL(rbx, 0x1111);
    EQUAL(r12, 0x9999);
    EQUAL(r15, 0x3333);
    EQUAL(red_zone, 0x4444);
    CHECK(low == 1.5 && high == 2.5 && top == 3.5);
}
