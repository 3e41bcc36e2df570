// Memory that the file does not fill is zero: the rest of its last page, and many pages after it.
#include "../test.h"

static char set[5] = "data";
static char zero[64 << 20];

int main(void)
{
    for (size_t i = 0; i < 16384; i++)
        EQUAL(zero[i], 0);
    for (size_t i = 0; i < sizeof zero; i += 65521)
        EQUAL(zero[i], 0);
    zero[sizeof zero - 1] = 1;
    CHECK(strcmp(set, "data") == 0);
}
