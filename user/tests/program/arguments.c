// execve(2): argv and the environment are NULL-ended lists of strings that lie behind each other.
#include "../test.h"

extern char **environ;

int main(int argc, char **argv, char **envp)
{
    CHECK(argc >= 1);
    CHECK(argv[argc] == NULL);
    CHECK(envp == argv + argc + 1);
    CHECK(environ == envp);
    for (int i = 0; i + 1 < argc; i++)
        CHECK(argv[i + 1] == argv[i] + strlen(argv[i]) + 1);
    if (envp[0])
        CHECK(envp[0] == argv[argc - 1] + strlen(argv[argc - 1]) + 1);
    for (int i = 0; envp[i] && envp[i + 1]; i++)
        CHECK(envp[i + 1] == envp[i] + strlen(envp[i]) + 1);
}
