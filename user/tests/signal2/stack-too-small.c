// A handler whose frame does not fit on its alternate stack is not called: SIGSEGV, and without a place for that one, the end.
#include "../signals.h"
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>

int main(void)
{
    if (getauxval(AT_MINSIGSTKSZ) <= 2048 + 64)
        SKIP("frames are small on this processor");
    char *room = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    stack_t stack = {.ss_sp = room + (1 << 15), .ss_size = 2048};
    SUCCEED(syscall(SYS_sigaltstack, &stack, NULL));
    catch_signal(SIGUSR1, SA_ONSTACK);
    EXPECT_SIGNAL(raise(SIGUSR1), SIGSEGV);
}
