// build: musl
// getrandom(2): all bytes, never the same ones, no unknown flags.
#include "../test.h"
#include <sys/random.h>

int main(void)
{
    static unsigned char one[10000], other[10000];
    EQUAL(getrandom(one, sizeof one, 0), sizeof one);
    EQUAL(getrandom(other, sizeof other, GRND_NONBLOCK), sizeof other);
    CHECK(memcmp(one, other, sizeof one));
    int counts[256] = {0};
    for (unsigned i = 0; i < sizeof one; i++)
        counts[one[i]]++;
    for (int i = 0; i < 256; i++)
        CHECK(counts[i] > 5 && counts[i] < 100);
    EQUAL(getrandom(one, 0, 0), 0);
    EQUAL(getrandom(one, 16, GRND_RANDOM), 16);
    EQUAL(getrandom(one, 16, GRND_INSECURE), 16);
    EXPECT_ERRNO(getrandom(one, 16, 0x80), EINVAL);
    EXPECT_ERRNO(getrandom(one, 16, GRND_RANDOM | GRND_INSECURE), EINVAL);
}
