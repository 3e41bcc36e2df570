// build: musl
// A program of another C library: streams, memory, numbers.
#include "../test.h"

int main(void)
{
    char text[64];
    snprintf(text, sizeof text, "%d %s %.3f %lx", -5, "five", 5.0625, 0xabcdefUL);
    CHECK(strcmp(text, "-5 five 5.062 abcdef") == 0);

    FILE *file = fopen(FILES "lines", "r");
    CHECK(file);
    int lines = 0;
    while (fgets(text, sizeof text, file))
        lines++;
    EQUAL(lines, 1000);
    fclose(file);

    char *block = NULL;
    for (size_t size = 1; size < 8 << 20; size *= 3) {
        block = realloc(block, size);
        CHECK(block);
        block[0] = 'b';
        block[size - 1] = 'e';
    }
    free(block);
}
