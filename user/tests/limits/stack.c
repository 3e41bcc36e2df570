// RLIMIT_STACK: the stack grows no further, and arguments may take a quarter of it.
#include "../process.h"
#include <signal.h>
#include <sys/resource.h>

static int deeper(int depth);
static int (*volatile next)(int) = deeper;

static int deeper(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth == 0 ? 0 : next(depth - 1) + room[0] - (char)depth;
}

static void run(char *name, size_t length)
{
    char *text = malloc(length + 1);
    CHECK(text);
    memset(text, 'x', length);
    text[length] = 0;
    char *arguments[] = {name, "again", text, text, text, text, text, text, NULL};
    execv("/proc/self/exe", arguments);
}

int main(int count, char **arguments)
{
    if (count > 1)
        return 0;
    struct rlimit limit = {1 << 20, RLIM_INFINITY}, no_core = {0, 0};
    SUCCEED(setrlimit(RLIMIT_CORE, &no_core));
    SUCCEED(setrlimit(RLIMIT_STACK, &limit));
    EQUAL(IN_CHILD(deeper(150)), 0);
    EXPECT_SIGNAL(deeper(400), SIGSEGV);
    EQUAL(IN_CHILD(({ run(arguments[0], 30000); _exit(1); })), 0);
    EQUAL(IN_CHILD(({ run(arguments[0], 60000); EQUAL(errno, E2BIG); })), 0);
}
