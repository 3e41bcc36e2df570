// build: -Wl,-z,noseparate-code
// Segments that meet in one page of the file.
#include "../test.h"

static const char constant[] = "constant";
static char set[] = "set";

int main(void)
{
    CHECK(strcmp(constant, "constant") == 0);
    CHECK(strcmp(set, "set") == 0);
    set[0] = 'S';
    CHECK(strcmp(set, "Set") == 0);
}
