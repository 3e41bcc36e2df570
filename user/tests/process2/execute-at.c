// execveat(2): a program by a folder and a name, or by a descriptor alone.
#include "../process.h"
#include <fcntl.h>
#include <sys/syscall.h>

extern char **environ;

static int run(int folder, const char *path, int flags)
{
    char *arguments[] = {"execute-at", "inside", NULL};
    return IN_CHILD({
        syscall(SYS_execveat, folder, path, arguments, environ, flags);
        _exit(errno);
    });
}

#define FAILS(call, error) EQUAL(call, (error) << 8)

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "inside") == 0)
        return 77;
    int folder = SUCCEED(open("/tests/process2", O_RDONLY | O_DIRECTORY));
    int program = SUCCEED(open("/tests/process2/execute-at", O_RDONLY));
    int place = SUCCEED(open("/tests/process2/execute-at", O_PATH | O_CLOEXEC));
    EQUAL(run(folder, "execute-at", 0), 77 << 8);
    EQUAL(run(AT_FDCWD, "/tests/process2/execute-at", 0), 77 << 8);
    EQUAL(run(-1, "/tests/process2/execute-at", 0), 77 << 8);
    EQUAL(run(program, "", AT_EMPTY_PATH), 77 << 8);
    EQUAL(run(place, "", AT_EMPTY_PATH), 77 << 8);
    EQUAL(run(folder, "execute-at", AT_SYMLINK_NOFOLLOW), 77 << 8);
    SUCCEED(symlink("/tests/process2/execute-at", "/tmp/execute-at-link"));
    EQUAL(run(AT_FDCWD, "/tmp/execute-at-link", 0), 77 << 8);
    FAILS(run(AT_FDCWD, "/tmp/execute-at-link", AT_SYMLINK_NOFOLLOW), ELOOP);
    SUCCEED(unlink("/tmp/execute-at-link"));
    FAILS(run(program, "", 0), ENOENT);
    FAILS(run(folder, "nothing", 0), ENOENT);
    FAILS(run(program, "x", 0), ENOTDIR);
    FAILS(run(99, "x", 0), EBADF);
    FAILS(run(99, "", AT_EMPTY_PATH), EBADF);
    FAILS(run(folder, "", AT_EMPTY_PATH), EACCES);
    FAILS(run(folder, "execute-at", 0x8000), EINVAL);
    FAILS(run(folder, BAD, 0), EFAULT);
}
