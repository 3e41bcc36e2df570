// build: musl
// A file of 64 KiB and some bytes, read in pieces of all sizes, is always the same.
#include "../test.h"
#include <fcntl.h>

static char whole[70000], again[sizeof whole];

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    long size = read(file, whole, sizeof whole);
    EQUAL(size, 65563);
    for (long at = 0; at + 8 <= size - 3; at += 8) {
        char number[16];
        snprintf(number, sizeof number, "%07ld\n", at);
        CHECK(memcmp(whole + at, number, 8) == 0);
    }
    for (long piece = 1; piece < 40000; piece = piece * 5 + 2) {
        SUCCEED(lseek(file, 0, SEEK_SET));
        long at = 0, count;
        while ((count = read(file, again + at, piece)) > 0)
            at += count;
        EQUAL(at, size);
        CHECK(memcmp(whole, again, size) == 0);
        memset(again, 0, size);
    }
}
