// build: musl
// execve(2) hands on arguments and environment of more than a megabyte.
#include "../test.h"

enum { COUNT = 60000, SIZE = 100000 };

int main(int argc, char **argv, char **envp)
{
    static char *list[COUNT + 1], numbers[COUNT][8], large[SIZE + 3];
    if (argc == 1) {
        for (int i = 0; i < COUNT; i++) {
            snprintf(numbers[i], 8, "%d", i);
            list[i] = numbers[i];
        }
        memset(large, 'e', SIZE + 2);
        char *environment[] = {large, "last", NULL};
        SUCCEED(execve(argv[0], list, environment));
    }
    EQUAL(argc, COUNT);
    for (int i = 0; i < COUNT; i++)
        EQUAL(atoi(argv[i]), i);
    EQUAL(strlen(envp[0]), SIZE + 2);
    CHECK(strcmp(envp[1], "last") == 0 && !envp[2]);
}
