// Shared anonymous memory, and /dev/zero mapped, are seen by children; private zeros are not.
#include "../mapping.h"

static void check(char *shared, char *private)
{
    EQUAL(READ(shared), 0);
    WRITE(shared, 1);
    EQUAL(IN_CHILD({
              if (READ(shared) != 1)
                  _exit(9);
              WRITE(shared, 2);
              WRITE(shared + PAGE, 3);
              WRITE(private, 4);
          }),
          0);
    EQUAL(READ(shared), 2);
    EQUAL(READ(shared + PAGE), 3);
    EQUAL(READ(private), 0);
}

int main(void)
{
    catch_faults();
    check(map(2, BOTH, MAP_SHARED), map(2, BOTH, MAP_PRIVATE));
    int zero = SUCCEED(open("/dev/zero", O_RDWR));
    check(map_file(zero, 2, BOTH, MAP_SHARED), map_file(zero, 2, BOTH, MAP_PRIVATE));
    int null = SUCCEED(open("/dev/null", O_RDWR));
    EXPECT_ERRNO(mmap(NULL, PAGE, BOTH, MAP_SHARED, null, 0), ENODEV);

    // It does not get longer: what mremap adds is behind its end.
    char *shared = map(1, BOTH, MAP_SHARED);
    char *grown = mremap(shared, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(grown != MAP_FAILED);
    EXPECT_FAULT(READ(grown + PAGE), SIGBUS, BUS_ADRERR, grown + PAGE);

    // Much may be looked at without being had.
    size_t much = 1UL << 30;
    char *seen = mmap(NULL, much, BOTH, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(seen != MAP_FAILED);
    for (size_t at = 0; at < much; at += 16 * PAGE)
        EQUAL(READ(seen + at), 0);
    WRITE(seen, 1);
    EQUAL(READ(seen + PAGE), 0);
    EQUAL(READ(seen), 1);
}
