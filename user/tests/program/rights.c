// Code and constants cannot be written, data can: seen by what read(2) may write to.
#include "../test.h"
#include <fcntl.h>

static const char constant[4096] = {1};
static char data[16] = {1};

int main(void)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    EXPECT_ERRNO(read(file, (void *)main, 1), EFAULT);
    EXPECT_ERRNO(read(file, (void *)(constant + 100), 1), EFAULT);
    EQUAL(read(file, data, sizeof data), sizeof data);
    CHECK(memcmp(data, "0000000\n0000008\n", 16) == 0);
}
