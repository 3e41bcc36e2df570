// What an instruction cannot do, and what SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP say of it: si_code and si_addr.
#include "../signals.h"
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;

static void jump(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    // After a single step, the next instruction is not to be stopped at.
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
    last = *info;
    siglongjmp(back, 1);
}

#define FAULT(statement, signal, code)                          \
    do {                                                        \
        memset(&last, 0, sizeof last);                          \
        if (sigsetjmp(back, 1) == 0) {                          \
            statement;                                          \
            FAIL("nothing happened: %s", #statement);           \
        }                                                       \
        if (last.si_signo != (signal) || last.si_code != (code)) \
            FAIL("%s: signal %d, code %d", #statement, last.si_signo, last.si_code); \
    } while (0)

int main(void)
{
    const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (int i = 0; i < 5; i++) {
        struct sigaction action = {.sa_sigaction = jump, .sa_flags = SA_SIGINFO};
        SUCCEED(sigaction(signals[i], &action, NULL));
    }
    volatile char *place = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(place != MAP_FAILED);
    FAULT(place[123] = 1, SIGSEGV, SEGV_ACCERR);
    EQUAL((long)last.si_addr, (long)(place + 123));
    SUCCEED(munmap((void *)place, 8192));
    FAULT(place[5], SIGSEGV, SEGV_MAPERR);
    EQUAL((long)last.si_addr, (long)(place + 5));
    FAULT(*(volatile char *)0xffffffff80000000, SIGSEGV, SEGV_MAPERR);
    // No address at all: not canonical.
    FAULT(*(volatile char *)0x8000000000000000, SIGSEGV, SI_KERNEL);
    EQUAL((long)last.si_addr, 0);
    FAULT(__asm__ volatile("hlt"), SIGSEGV, SI_KERNEL);
    FAULT(__asm__ volatile("int $0x80 + 5"), SIGSEGV, SI_KERNEL);
    FAULT(({ char *here; __asm__ volatile("lea 1f(%%rip), %0; mov %0, %1; 1: ud2" : "=&r"(here), "=m"(place)); }),
          SIGILL, ILL_ILLOPN);
    EQUAL((long)last.si_addr, (long)place);
    FAULT(__asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx" ::: "eax", "ecx", "edx"),
          SIGFPE, FPE_INTDIV);
    CHECK(last.si_addr != NULL);
    FAULT(__asm__ volatile("int3"), SIGTRAP, SI_KERNEL);
    FAULT(__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop" ::: "memory"), SIGTRAP, TRAP_TRACE);

    FILE *file = tmpfile();
    CHECK(file);
    volatile char *beyond = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(file), 0);
    CHECK(beyond != MAP_FAILED);
    FAULT(beyond[9], SIGBUS, BUS_ADRERR);
    EQUAL((long)last.si_addr, (long)(beyond + 9));
}
