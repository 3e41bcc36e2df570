// build: musl
// Eight megabytes written and read back.
#include "../test.h"
#include <fcntl.h>

enum { PIECE = 64 * 1024, PIECES = 128 };
static unsigned piece[PIECE / 4];

int main(void)
{
    int file = SUCCEED(open("/tmp/large-test", O_RDWR | O_CREAT | O_TRUNC, 0600));
    SUCCEED(unlink("/tmp/large-test"));
    for (int i = 0; i < PIECES; i++) {
        for (int j = 0; j < PIECE / 4; j++)
            piece[j] = i * 1000003 + j;
        EQUAL(write(file, piece, PIECE), PIECE);
    }
    EQUAL(lseek(file, 0, SEEK_CUR), PIECE * PIECES);
    for (int i = PIECES - 1; i >= 0; i--) {
        SUCCEED(lseek(file, (long)i * PIECE, SEEK_SET));
        EQUAL(read(file, piece, PIECE), PIECE);
        for (int j = 0; j < PIECE / 4; j++)
            EQUAL(piece[j], (unsigned)(i * 1000003 + j));
    }
}
