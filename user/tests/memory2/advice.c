// madvise(2) where it does more than advise.
#include "../mapping.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

int main(void)
{
    catch_faults();
    char *own = map(4, BOTH, MAP_PRIVATE);
    char *shared = map(4, BOTH, MAP_SHARED);
    memset(own, 'x', 4 * PAGE);
    memset(shared, 'x', 4 * PAGE);

    // A hole in what is shared, for all.
    SUCCEED(madvise(shared + PAGE, PAGE, MADV_REMOVE));
    EQUAL(READ(shared + PAGE), 0);
    EQUAL(READ(shared), 'x');
    EQUAL(IN_CHILD(SUCCEED(madvise(shared + 2 * PAGE, PAGE, MADV_REMOVE))), 0);
    EQUAL(READ(shared + 2 * PAGE), 0);
    EQUAL(READ(shared + 3 * PAGE), 'x');
    EXPECT_ERRNO(madvise(own, PAGE, MADV_REMOVE), EINVAL);

    // What is shared stays when it is not needed here.
    SUCCEED(madvise(shared, PAGE, MADV_DONTNEED));
    EQUAL(READ(shared), 'x');
    SUCCEED(madvise(own, PAGE, MADV_FREE));
    CHECK(READ(own) == 0 || READ(own) == 'x');
    EXPECT_ERRNO(madvise(shared, PAGE, MADV_FREE), EINVAL);

    // Children.
    WRITE(own, 'x');
    SUCCEED(madvise(own + PAGE, PAGE, MADV_DONTFORK));
    SUCCEED(madvise(own + 2 * PAGE, PAGE, MADV_WIPEONFORK));
    EXPECT_ERRNO(madvise(shared, PAGE, MADV_WIPEONFORK), EINVAL);
    EQUAL(IN_CHILD({
              EQUAL(READ(own), 'x');
              EQUAL(READ(own + 2 * PAGE), 0);
              EXPECT_FAULT(READ(own + PAGE), SIGSEGV, SEGV_MAPERR, own + PAGE);
          }),
          0);
    EQUAL(READ(own + 2 * PAGE), 'x');
    SUCCEED(madvise(own + PAGE, PAGE, MADV_DOFORK));
    SUCCEED(madvise(own + 2 * PAGE, PAGE, MADV_KEEPONFORK));
    EQUAL(IN_CHILD({
              EQUAL(READ(own + PAGE), 'x');
              EQUAL(READ(own + 2 * PAGE), 'x');
          }),
          0);

    // Locked memory is not given away.
    if (mlock(own, PAGE) == 0) {
        EXPECT_ERRNO(madvise(own, PAGE, MADV_DONTNEED), EINVAL);
        SUCCEED(munlock(own, PAGE));
    }

    // Bringing in, with errors.
    unsigned char there[2];
    char *fresh = map(2, BOTH, MAP_PRIVATE);
    if (madvise(fresh, 2 * PAGE, MADV_POPULATE_WRITE) == 0) {
        SUCCEED(mincore(fresh, 2 * PAGE, there));
        EQUAL(there[0] & there[1] & 1, 1);
        SUCCEED(mprotect(fresh, PAGE, PROT_READ));
        EXPECT_ERRNO(madvise(fresh, PAGE, MADV_POPULATE_WRITE), EINVAL);
        char *file = map_file(make_file(10), 2, PROT_READ, MAP_PRIVATE);
        EXPECT_ERRNO(madvise(file, 2 * PAGE, MADV_POPULATE_READ), EFAULT);
    }
    EXPECT_ERRNO(madvise(own + 1, PAGE, MADV_DONTNEED), EINVAL);
    EXPECT_ERRNO(madvise(own, -1UL, MADV_DONTNEED), EINVAL);
    SUCCEED(madvise(own + PAGE, 0, MADV_DONTNEED));
    SUCCEED(munmap(own + PAGE, PAGE));
    EXPECT_ERRNO(madvise(own, 4 * PAGE, MADV_WILLNEED), ENOMEM);
    EXPECT_ERRNO(madvise(own, 4 * PAGE, MADV_DONTFORK), ENOMEM);
}
