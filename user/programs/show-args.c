// Prints its arguments and its environment, a line each, so that every byte can be seen.
#include <ctype.h>
#include <stdio.h>

static void show(const char *what, int number, const char *text)
{
    printf("%s %d: \"", what, number);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (isprint(*c))
            putchar(*c);
        else
            printf("\\x%02x", *c);
    printf("\"\n");
}

int main(int argc, char **argv, char **envp)
{
    for (int i = 0; i < argc; i++)
        show("argument", i, argv[i]);
    for (int i = 0; envp[i]; i++)
        show("environment", i, envp[i]);
}
