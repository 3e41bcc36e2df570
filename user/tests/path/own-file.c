// build: musl
// /proc/self/exe names the file that a program was started from.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    char text[100];
    long length = SUCCEED(readlink("/proc/self/exe", text, sizeof text));
    text[length] = 0;
    CHECK(strcmp(text, "/tests/path/own-file") == 0);
    int file = SUCCEED(open("/proc/self/exe", O_RDONLY));
    EQUAL(read(file, text, 4), 4);
    CHECK(memcmp(text, "\177ELF", 4) == 0);
}
