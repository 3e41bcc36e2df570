// The siginfo of faults: which address and why; a handler may mend what was wrong, and the instruction runs again.
#include "../test.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static sigjmp_buf back;
static siginfo_t last;
static char *volatile closed;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    if (closed && info->si_addr == closed + 5)
        SUCCEED(mprotect(closed, 4096, PROT_READ | PROT_WRITE));
    else
        siglongjmp(back, 1);
}

#define EXPECT(statement, signal, code, address)                \
    do {                                                        \
        memset(&last, 0, sizeof last);                          \
        if (sigsetjmp(back, 1) == 0) {                          \
            statement;                                          \
            FAIL("no signal: %s", #statement);                  \
        }                                                       \
        EQUAL(last.si_signo, signal);                           \
        EQUAL(last.si_code, code);                              \
        EQUAL(last.si_addr, address);                           \
    } while (0)

int main(void)
{
    const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    for (int i = 0; i < 5; i++)
        SUCCEED(sigaction(signals[i], &action, NULL));
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(*(volatile char *)BAD = 1, SIGSEGV, SEGV_MAPERR, 0x10);
    EXPECT(*(volatile char *)(page + 7) = 1, SIGSEGV, SEGV_ACCERR, page + 7);
    EXPECT(((void (*)(void))page)(), SIGSEGV, SEGV_ACCERR, page);
    EXPECT((void)*(volatile char *)0xffff800000000000, SIGSEGV, SEGV_MAPERR, 0xffff800000000000);
    EXPECT((void)*(volatile char *)0x8000000000000000, SIGSEGV, SI_KERNEL, 0);
    EXPECT(__asm__ volatile("hlt"), SIGSEGV, SI_KERNEL, 0);
    EXPECT(__asm__ volatile("int3"), SIGTRAP, SI_KERNEL, 0);

    void *at;
    EXPECT(__asm__ volatile("leaq 1f(%%rip), %%rax; movq %%rax, %0; 1: ud2" : "=m"(at)::"rax"), SIGILL, ILL_ILLOPN, at);
    EXPECT(__asm__ volatile("leaq 1f(%%rip), %%rax; movq %%rax, %0; xorl %%ecx, %%ecx; 1: divl %%ecx"
                            : "=m"(at)::"rax", "rcx", "rdx"), SIGFPE, FPE_INTDIV, at);

    char *file = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, SUCCEED(open(FILES "hello", O_RDONLY)), 0);
    CHECK(file != MAP_FAILED);
    EXPECT((void)*(volatile char *)(file + 4096), SIGBUS, BUS_ADRERR, file + 4096);

    closed = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(volatile char *)(closed + 5) = 3;
    EQUAL(closed[5], 3);
    EQUAL(last.si_code, SEGV_ACCERR);
}
