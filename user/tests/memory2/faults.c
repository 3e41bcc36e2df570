// si_code and si_addr of SIGSEGV and SIGBUS.
#include "../mapping.h"

static const char constant[] = "constant";

int main(void)
{
    catch_faults();
    char *pages = map(4, PROT_READ, MAP_PRIVATE);
    EXPECT_FAULT(WRITE(pages + 7, 1), SIGSEGV, SEGV_ACCERR, pages + 7);
    EXPECT_FAULT(WRITE(constant, 1), SIGSEGV, SEGV_ACCERR, constant);
    EXPECT_FAULT(((void (*)(void))pages)(), SIGSEGV, SEGV_ACCERR, pages);
    SUCCEED(mprotect(pages + PAGE, PAGE, PROT_NONE));
    EXPECT_FAULT(READ(pages + PAGE + 1), SIGSEGV, SEGV_ACCERR, pages + PAGE + 1);
    SUCCEED(munmap(pages + 2 * PAGE, PAGE));
    EXPECT_FAULT(READ(pages + 2 * PAGE + 9), SIGSEGV, SEGV_MAPERR, pages + 2 * PAGE + 9);
    EXPECT_FAULT(READ(8), SIGSEGV, SEGV_MAPERR, 8);
    EXPECT_FAULT(READ(0xffffffff80000000), SIGSEGV, SEGV_MAPERR, 0xffffffff80000000);
    EXPECT_FAULT(READ(0x8000000000000000), SIGSEGV, SI_KERNEL, 0);
    int fd = make_file(10);
    char *file = map_file(fd, 3, PROT_READ, MAP_PRIVATE);
    EQUAL(READ(file + 9), 'a');
    EQUAL(READ(file + 10), 0);
    EXPECT_FAULT(READ(file + PAGE), SIGBUS, BUS_ADRERR, file + PAGE);
    // A page is written again after it was only readable.
    WRITE(map(1, BOTH, MAP_PRIVATE), 1);
    char *own = map(2, BOTH, MAP_PRIVATE);
    WRITE(own, 1);
    SUCCEED(mprotect(own, 2 * PAGE, PROT_READ));
    EXPECT_FAULT(WRITE(own, 2), SIGSEGV, SEGV_ACCERR, own);
    SUCCEED(mprotect(own, 2 * PAGE, BOTH));
    WRITE(own, 3);
    EQUAL(READ(own), 3);
    // What comes before a gap is changed all the same.
    SUCCEED(munmap(own + PAGE, PAGE));
    EXPECT_ERRNO(mprotect(own, 2 * PAGE, PROT_READ), ENOMEM);
    EXPECT_FAULT(WRITE(own, 2), SIGSEGV, SEGV_ACCERR, own);
}
