// Mapped and read or written bytes of a file are the same, also in private mappings before their first write.
#include "../mapping.h"

int main(void)
{
    int fd = make_file(2 * PAGE);
    char *shared = map_file(fd, 2, BOTH, MAP_SHARED);
    char *private = map_file(fd, 2, BOTH, MAP_PRIVATE);
    char byte;

    EQUAL(READ(private), 'a');
    EQUAL(pwrite(fd, "b", 1, 0), 1);
    EQUAL(READ(shared), 'b');
    EQUAL(READ(private), 'b');
    WRITE(shared + 1, 'c');
    EQUAL(pread(fd, &byte, 1, 1), 1);
    EQUAL(byte, 'c');
    EQUAL(READ(private + 1), 'c');

    WRITE(private + 2, 'p');
    EQUAL(pread(fd, &byte, 1, 2), 1);
    EQUAL(byte, 'a');
    EQUAL(pwrite(fd, "d", 1, 0), 1);
    EQUAL(READ(private), 'b');
    EQUAL(READ(shared), 'd');
    // The second page is still the file's.
    EQUAL(pwrite(fd, "e", 1, PAGE), 1);
    EQUAL(READ(private + PAGE), 'e');

    // What a child writes to a shared mapping is in the file; its private writes are its own.
    EQUAL(IN_CHILD((WRITE(shared + 5, 'k'), WRITE(private + 5, 'k'))), 0);
    EQUAL(READ(shared + 5), 'k');
    EQUAL(READ(private + 5), 'a');
    EQUAL(pread(fd, &byte, 1, 5), 1);
    EQUAL(byte, 'k');

    // A mapping outlives descriptor and name.
    SUCCEED(close(fd));
    EQUAL(READ(shared), 'd');
    // From one mapping into another of the same page.
    int two = make_file(PAGE);
    char *view = map_file(two, 1, BOTH, MAP_SHARED);
    memcpy(view, "0123456789", 10);
    EQUAL(pwrite(two, view, 5, 5), 5);
    EQUAL(memcmp(view, "0123401234", 10), 0);
}
