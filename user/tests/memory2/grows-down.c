// MAP_GROWSDOWN: a region that grows down to where it is touched, and keeps others off.
#include "../mapping.h"

int main(void)
{
    catch_faults();
    // Room for it to grow into.
    size_t room = 1024;
    char *place = map(room, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
    SUCCEED(munmap(place, room * PAGE));
    char *top = place + room * PAGE;
    char *stack = mmap(top - PAGE, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
    CHECK(stack == top - PAGE);
    WRITE(top - 1, 1);
    WRITE(top - 3 * PAGE, 2);
    EQUAL(READ(top - 2 * PAGE), 0);
    // The kernel lets it grow as well.
    int zero = SUCCEED(open("/dev/zero", O_RDONLY));
    EQUAL(read(zero, top - 8 * PAGE, PAGE), PAGE);

    // A free place that is wished in the guard gap is not granted; nor does the stack come nearer than that to another.
    char *near = mmap(top - 20 * PAGE, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(near != MAP_FAILED && near != top - 20 * PAGE);
    SUCCEED(munmap(near, PAGE));
    char *below = mmap(top - 300 * PAGE, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(below == top - 300 * PAGE);
    WRITE(top - 40 * PAGE, 1);
    EXPECT_FAULT(WRITE(top - 100 * PAGE, 1), SIGSEGV, SEGV_MAPERR, top - 100 * PAGE);

    // From the start of the stack on, wherever that is now.
    SUCCEED(mprotect(top - PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
    EXPECT_FAULT(WRITE(top - 30 * PAGE, 1), SIGSEGV, SEGV_ACCERR, top - 30 * PAGE);
    EXPECT_ERRNO(mprotect(top - PAGE, PAGE, PROT_READ | PROT_GROWSUP), EINVAL);
    EXPECT_ERRNO(mprotect(below, PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    EXPECT_ERRNO(mprotect(below, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), EINVAL);
}
