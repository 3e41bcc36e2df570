// build: musl
// Files that begin with #!: their interpreter, its one argument, the file's name, and the other arguments.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "/tmp/script-test"

static void write_script(const char *text)
{
    unlink(NAME);
    int file = SUCCEED(open(NAME, O_WRONLY | O_CREAT | O_EXCL, 0700));
    EQUAL(write(file, text, strlen(text)), strlen(text));
    SUCCEED(close(file));
}

static int run(void)
{
    char *arguments[] = {"ignored", "first", "second", NULL}, *environment[] = {NULL};
    return IN_CHILD({
        execve(NAME, arguments, environment);
        _exit(100 + errno);
    });
}

int main(int argc, char **argv)
{
    if (argc > 1) { // as the interpreter
        int at = 1;
        if (argc == 5)
            CHECK(strcmp(argv[at++], "one argument with blanks") == 0);
        EQUAL(argc, at + 3);
        CHECK(strcmp(argv[at], NAME) == 0);
        CHECK(strcmp(argv[at + 1], "first") == 0 && strcmp(argv[at + 2], "second") == 0);
        return 42;
    }
    write_script("#!/tests/program/script\nanything\n");
    EQUAL(run(), 42 << 8);
    write_script("#! \t /tests/program/script   one argument with blanks \t\nanything\n");
    EQUAL(run(), 42 << 8);
    write_script("#!/tests/program/script");
    EQUAL(run(), 42 << 8);
    write_script("#!/tests/program/nothing\n");
    EQUAL(run(), (100 + ENOENT) << 8);
    write_script("#!" FILES "hello\n");
    EQUAL(run(), (100 + EACCES) << 8);
    write_script("#!\n");
    EQUAL(run(), (100 + ENOEXEC) << 8);
    write_script("#!" NAME "\n");
    EQUAL(run(), (100 + ELOOP) << 8);
    SUCCEED(unlink(NAME));
}
