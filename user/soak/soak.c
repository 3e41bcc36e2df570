// Endurance: each part does its work, and afterwards the system holds what it held before: soak short|long [SEED [PART]]
//
// A part is a program in /soak; it runs once to make everything that is made once, then in earnest.
#define _GNU_SOURCE
#include "meter.h"
#include <sys/wait.h>

struct part {
    const char *name;
    const char *warm_up[4], *in_short[4], *in_long[4]; // the program and its arguments; SEED stands for the seed
};

static const struct part parts[] = {
    { "spawn", { "/soak/spawn", "50" }, { "/soak/spawn", "2000" }, { "/soak/spawn", "100000" } },
    { "pipes", { "/soak/pipes", "100" }, { "/soak/pipes", "50000" }, { "/soak/pipes", "1000000" } },
    { "fuzz", { "/soak/fuzz", "SEED", "2000" }, { "/soak/fuzz", "SEED", "50000" }, { "/soak/fuzz", "SEED", "2000000" } },
};

static int run(const char *const *command, const char *seed)
{
    const char *words[5] = { 0 };
    for (int i = 0; i < 4 && command[i]; i++)
        words[i] = strcmp(command[i], "SEED") == 0 ? seed : command[i];
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execv(words[0], (char *const *)words);
        perror(words[0]);
        _exit(127);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

static int endure(const struct part *part, int is_long, const char *seed)
{
    run(part->warm_up, seed);
    struct meter before = look();
    int status = run(is_long ? part->in_long : part->in_short, seed);
    int good = is_as_before(&before) && status == 0;
    if (status != 0)
        printf("it ended with status %#x\n", (unsigned)status);
    printf("%s soak/%s (seed %s)\n", good ? "ok" : "not ok", part->name, seed);
    return good;
}

int main(int argc, char **argv)
{
    int is_long = argc > 1 && strcmp(argv[1], "long") == 0, good = 1;
    const char *seed = argc > 2 ? argv[2] : "1";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (argc < 4 || strcmp(argv[3], parts[i].name) == 0)
            good &= endure(&parts[i], is_long, seed);
    return !good;
}
