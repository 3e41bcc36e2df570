// build: musl
// _exit(2) and wait4(2): the low eight bits of the status arrive.
#include "../process.h"

int main(void)
{
    for (int status = 0; status < 256; status += 51)
        EQUAL(IN_CHILD(_exit(status)), status << 8);
    EQUAL(IN_CHILD(_exit(256 + 3)), 3 << 8);
    EQUAL(IN_CHILD(_exit(-1)), 255 << 8);
    EQUAL(IN_CHILD(abort()) & 0x7f, 6);
}
