// build: musl
// mmap(2) of a file, private: its bytes, zeros after its end, and writes that nobody else sees.
#include "../test.h"
#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    long size = SUCCEED(lseek(file, 0, SEEK_END));
    char *all = mmap(NULL, size, BOTH, MAP_PRIVATE, file, 0);
    char *second = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, PAGE);
    CHECK(all != MAP_FAILED && second != MAP_FAILED);
    SUCCEED(close(file));

    CHECK(memcmp(all, "0000000\n0000008\n", 16) == 0);
    CHECK(memcmp(second, "0004096\n", 8) == 0);
    CHECK(memcmp(all + size - 3, "end", 3) == 0);
    for (long i = size; i % PAGE; i++)
        EQUAL(all[i], 0);

    memset(all + PAGE, '-', 8);
    CHECK(memcmp(second, "0004096\n", 8) == 0);
    char text[8];
    file = SUCCEED(open(FILES "pattern", O_RDONLY));
    SUCCEED(lseek(file, PAGE, SEEK_SET));
    EQUAL(read(file, text, 8), 8);
    CHECK(memcmp(text, "0004096\n", 8) == 0);
    CHECK(memcmp(all + PAGE, "--------0004104", 15) == 0);
}
