// build: musl
// A thousand children, twenty at a time; each is waited for once.
#include "../process.h"

enum { ROUNDS = 50, AT_ONCE = 20 };

int main(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long seen = 0;
        pid_t children[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            children[i] = start_child();
            if (children[i] == 0)
                _exit(i);
        }
        for (int i = 0; i < AT_ONCE; i++) {
            int status;
            pid_t child = SUCCEED(wait(&status));
            CHECK(WIFEXITED(status));
            EQUAL(children[WEXITSTATUS(status)], child);
            seen |= 1UL << WEXITSTATUS(status);
        }
        EQUAL(seen, (1UL << AT_ONCE) - 1);
    }
    EXPECT_ERRNO(wait(NULL), ECHILD);
}
