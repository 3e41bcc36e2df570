// mremap(2): all its flags, and what it refuses.
#include "../mapping.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

int main(void)
{
    catch_faults();
    char *pages = map(4, BOTH, MAP_PRIVATE);
    memset(pages, 'x', 4 * PAGE);
    EXPECT_ERRNO(mremap(pages + 1, PAGE, PAGE, 0), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, 0, 0), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, PAGE, 64), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, PAGE, MREMAP_FIXED, pages + PAGE), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, PAGE, MREMAP_DONTUNMAP), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, 2 * PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE), EINVAL);
    EXPECT_ERRNO(mremap(pages, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, pages + PAGE), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, pages + 1), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)-PAGE), EINVAL);
    EXPECT_ERRNO(mremap(pages, PAGE, 2 * PAGE, 0), ENOMEM);
    EXPECT_ERRNO(mremap((void *)(16 * PAGE), PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    EXPECT_ERRNO(mremap(pages, 0, PAGE, MREMAP_MAYMOVE), EINVAL);

    // To another place, over what is there.
    char *place = map(4, BOTH, MAP_PRIVATE);
    WRITE(place, 'o');
    CHECK(mremap(pages, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
    EQUAL(READ(place), 'x');
    EQUAL(READ(place + PAGE), 0);
    EXPECT_FAULT(READ(pages), SIGSEGV, SEGV_MAPERR, pages);
    EQUAL(READ(pages + PAGE), 'x');
    // Shorter, over the end of another mapping too.
    CHECK(mremap(pages + PAGE, 3 * PAGE, PAGE, 0) == pages + PAGE);
    EXPECT_FAULT(READ(pages + 2 * PAGE), SIGSEGV, SEGV_MAPERR, pages + 2 * PAGE);

    // The old place stays, with fresh pages.
    char *old = map(2, BOTH, MAP_PRIVATE);
    memset(old, 'd', 2 * PAGE);
    char *new = mremap(old, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    CHECK(new != MAP_FAILED && new != old);
    EQUAL(READ(new + PAGE), 'd');
    EQUAL(READ(old + PAGE), 0);
    WRITE(old, 'n');
    EQUAL(READ(new), 'd');

    // A shared mapping, once more.
    char *shared = map(2, BOTH, MAP_SHARED);
    WRITE(shared, 's');
    char *twin = mremap(shared, 0, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(twin != MAP_FAILED && twin != shared);
    EQUAL(READ(twin), 's');
    WRITE(twin + PAGE, 't');
    EQUAL(READ(shared + PAGE), 't');
    EXPECT_ERRNO(mremap(shared, 0, PAGE, 0), ENOMEM);

    // A view of a file keeps its place in it.
    int fd = make_file(3 * PAGE);
    pwrite(fd, "2", 1, 2 * PAGE);
    char *file = map_file(fd, 3, PROT_READ, MAP_SHARED);
    char *moved = mremap(file + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    CHECK(moved == place);
    EQUAL(READ(moved), '2');
}
