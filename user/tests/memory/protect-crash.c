// build: musl
// A page's rights bind the program itself: SIGSEGV.
#include "../process.h"
#include <signal.h>
#include <sys/mman.h>

int main(void)
{
    volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = (char)0xc3; // ret
    EXPECT_SIGNAL(((void (*)(void))page)(), SIGSEGV);
    SUCCEED(mprotect((void *)page, 4096, PROT_READ));
    EXPECT_SIGNAL(page[0] = 1, SIGSEGV);
    SUCCEED(mprotect((void *)page, 4096, PROT_NONE));
    EXPECT_SIGNAL((void)page[0], SIGSEGV);
    SUCCEED(munmap((void *)page, 4096));
    EXPECT_SIGNAL((void)page[0], SIGSEGV);
}
