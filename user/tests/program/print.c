// printf(3) of integers and text into memory; fully buffered, line buffered and unbuffered streams reach the file.
#include "../test.h"
#include <limits.h>
#include <stdarg.h>

static void expect(const char *must, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (strcmp(text, must))
        FAIL("\"%s\" gives \"%s\", not \"%s\"", format, text, must);
}

int main(void)
{
    expect("-2147483648 4294967295", "%d %u", INT_MIN, UINT_MAX);
    expect("9223372036854775807 8000000000000000", "%ld %lx", LONG_MAX, 1UL << 63);
    expect("[    7|7    |00007|+7]", "[%5d|%-5d|%05d|%+d]", 7, 7, 7, 7);
    expect("[ab   |   ab|a]", "[%-5s|%5s|%.1s]", "ab", "ab", "ab");
    expect("0x1f 017 c %", "%#x %#o %c %%", 31, 15, 'c');
    static char buffer[4096];
    CHECK(setvbuf(stdout, buffer, _IOFBF, sizeof buffer) == 0);
    for (int i = 0; i < 2000; i++)
        CHECK(printf("%d ", i) > 0);
    CHECK(printf("\n") == 1);
    CHECK(fflush(stdout) == 0);
    CHECK(fprintf(stderr, "to standard error\n") == 18);
}
