// build: musl
// execve(2) and execveat(2): every reason not to run a program.
#include "../process.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define AT_EMPTY 0x1000

static char *arguments[] = {"name", NULL}, *environment[] = {NULL};

static long run(const char *path)
{
    return syscall(SYS_execve, path, arguments, environment);
}

static long run_at(int folder, const char *path, int flags)
{
    return syscall(SYS_execveat, folder, path, arguments, environment, flags);
}

static void make(const char *path, const char *text, int mode)
{
    int fd = SUCCEED(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700));
    SUCCEED(write(fd, text, strlen(text)));
    SUCCEED(fchmod(fd, mode));
    SUCCEED(close(fd));
}

int main(void)
{
    SUCCEED(mkdir("/tmp/execute-errors", 0755));
    SUCCEED(chdir("/tmp/execute-errors"));
    static char long_name[300], long_path[5000];
    memset(long_name, 'n', sizeof long_name - 1);
    memset(long_path, '/', sizeof long_path - 1);
    EXPECT_ERRNO(run("none"), ENOENT);
    EXPECT_ERRNO(run(""), ENOENT);
    EXPECT_ERRNO(run(BAD), EFAULT);
    EXPECT_ERRNO(run(long_name), ENAMETOOLONG);
    EXPECT_ERRNO(run(long_path), ENAMETOOLONG);
    EXPECT_ERRNO(run("."), EACCES);
    EXPECT_ERRNO(run("/dev/null"), EACCES);

    make("plain", "text", 0644);
    EXPECT_ERRNO(run("plain"), EACCES);
    EXPECT_ERRNO(run("plain/below"), ENOTDIR);
    make("empty", "", 0755);
    EXPECT_ERRNO(run("empty"), ENOEXEC);
    make("text", "no program\n", 0755);
    EXPECT_ERRNO(run("text"), ENOEXEC);
    make("cut", "\177ELF\2\1\1", 0755);
    EXPECT_ERRNO(run("cut"), ENOEXEC);
    make("script", "#!/no/such/shell\n", 0755);
    EXPECT_ERRNO(run("script"), ENOENT);
    make("no-name", "#!\n", 0755);
    EXPECT_ERRNO(run("no-name"), ENOEXEC);
    make("not-for-all", "#!plain\n", 0755);
    EXPECT_ERRNO(run("not-for-all"), EACCES);
    make("itself", "#!/tmp/execute-errors/itself\n", 0755);
    EXPECT_ERRNO(run("itself"), ELOOP);
    SUCCEED(symlink("loop", "loop"));
    EXPECT_ERRNO(run("loop"), ELOOP);
    int writer = SUCCEED(open("text", O_WRONLY));
    EXPECT_ERRNO(run("text"), ETXTBSY);
    SUCCEED(close(writer));

    // Of the lists.
    EXPECT_ERRNO(syscall(SYS_execve, "text", BAD, environment), EFAULT);
    char *wrong[] = {BAD, NULL};
    EXPECT_ERRNO(syscall(SYS_execve, "/proc/self/exe", wrong, environment), EFAULT);
    char *huge = malloc(140000);
    memset(huge, 'x', 139999);
    huge[139999] = 0;
    char *too_long[] = {huge, NULL};
    EXPECT_ERRNO(syscall(SYS_execve, "/proc/self/exe", too_long, environment), E2BIG);

    // By descriptors.
    int folder = SUCCEED(open(".", O_RDONLY)), file = SUCCEED(open("plain", O_RDONLY));
    EXPECT_ERRNO(run_at(folder, "none", 0), ENOENT);
    EXPECT_ERRNO(run_at(folder, "", 0), ENOENT);
    EXPECT_ERRNO(run_at(folder, "", AT_EMPTY), EACCES);
    EXPECT_ERRNO(run_at(file, "", AT_EMPTY), EACCES);
    EXPECT_ERRNO(run_at(file, "x", 0), ENOTDIR);
    EXPECT_ERRNO(run_at(-1, "x", 0), EBADF);
    EXPECT_ERRNO(run_at(-1, "", AT_EMPTY), EBADF);
    EXPECT_ERRNO(run_at(folder, "text", 1), EINVAL);
    SUCCEED(symlink("text", "link"));
    EXPECT_ERRNO(run_at(folder, "link", AT_SYMLINK_NOFOLLOW), ELOOP);
    EXPECT_ERRNO(run_at(folder, "link", 0), ENOEXEC);
    SUCCEED(chmod(".", 0));
    EQUAL(IN_CHILD({ SUCCEED(setuid(4711)); EXPECT_ERRNO(run("text"), EACCES); }), 0);
    SUCCEED(chmod(".", 0755));
    EQUAL(system("rm -r /tmp/execute-errors"), 0);
}
