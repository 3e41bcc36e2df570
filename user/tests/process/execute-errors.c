// build: musl
// execve(2): what it refuses; the program that asked goes on.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

static char *const none[] = {NULL};

// A list of so many arguments of so many bytes.
static char **list(size_t count, size_t size)
{
    char *text = malloc(size), **list = calloc(count + 1, sizeof *list);
    memset(text, 'a', size - 1);
    text[size - 1] = 0;
    for (size_t i = 0; i < count; i++)
        list[i] = text;
    return list;
}

int main(void)
{
    EXPECT_ERRNO(execve(FILES "nothing", none, none), ENOENT);
    EXPECT_ERRNO(execve("", none, none), ENOENT);
    EXPECT_ERRNO(execve(FILES "hello/x", none, none), ENOTDIR);
    EXPECT_ERRNO(execve(FILES "hello", none, none), EACCES);
    EXPECT_ERRNO(execve(FILES, none, none), EACCES);
    EXPECT_ERRNO(execve("/dev/null", none, none), EACCES);
    EXPECT_ERRNO(execve(FILES "loop", none, none), ELOOP);
    EXPECT_ERRNO(execve(BAD, none, none), EFAULT);

    char *bad[] = {"x", BAD, NULL};
    EXPECT_ERRNO(execve("/tests/process/yield", bad, none), EFAULT);
    EXPECT_ERRNO(execve("/tests/process/yield", none, bad), EFAULT);
    EXPECT_ERRNO(execve("/tests/process/yield", list(1, 128 << 10 | 1), none), E2BIG);
    EXPECT_ERRNO(execve("/tests/process/yield", list(20, 128 << 10), none), E2BIG);
    EXPECT_ERRNO(execve("/tests/process/yield", none, list(300000, 1)), E2BIG);

    int file = SUCCEED(open("/tmp/execute-test", O_WRONLY | O_CREAT | O_TRUNC, 0700));
    EXPECT_ERRNO(execve("/tmp/execute-test", none, none), ETXTBSY);
    EQUAL(write(file, "not a program\n", 14), 14);
    SUCCEED(close(file));
    EXPECT_ERRNO(execve("/tmp/execute-test", none, none), ENOEXEC);
    SUCCEED(unlink("/tmp/execute-test"));
}
