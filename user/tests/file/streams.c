// The C library's streams: lines, characters, seeking, pushing back, scanning.
#include "../test.h"

int main(void)
{
    char line[64];
    FILE *file = fopen(FILES "lines", "r");
    CHECK(file);
    for (int i = 1; i <= 1000; i++) {
        int number = 0;
        CHECK(fgets(line, sizeof line, file));
        CHECK(sscanf(line, "line %d", &number) == 1);
        EQUAL(number, i);
    }
    CHECK(!fgets(line, sizeof line, file) && feof(file) && !ferror(file));
    EQUAL(ftell(file), 10000);

    EQUAL(fseek(file, 4000, SEEK_SET), 0);
    CHECK(fgets(line, sizeof line, file) && strcmp(line, "line 0401\n") == 0);
    EQUAL(ungetc('X', file), 'X');
    EQUAL(fgetc(file), 'X');
    EQUAL(fgetc(file), 'l');
    EQUAL(fseek(file, -10, SEEK_END), 0);
    EQUAL(fread(line, 1, sizeof line, file), 10);
    rewind(file);
    int number;
    EQUAL(fscanf(file, "line %d", &number), 1);
    EQUAL(number, 1);
    EQUAL(fclose(file), 0);

    CHECK(fopen(FILES "nothing", "r") == NULL && errno == ENOENT);
    CHECK(fopen(FILES "folder", "w") == NULL && errno == EISDIR);
}
