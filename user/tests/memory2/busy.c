// A mapping keeps a file open: one that was opened for writing cannot be run, and one that runs cannot be written.
#include "../mapping.h"

static int run(const char *path)
{
    int status = IN_CHILD({
        execl(path, path, (char *)NULL);
        _exit(errno);
    });
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int count, char **words)
{
    (void)words;
    if (count == 0)
        return 0;
    static char copy[4 << 20];
    int from = SUCCEED(open("/proc/self/exe", O_RDONLY));
    long length = SUCCEED(read(from, copy, sizeof copy));
    char path[] = "/tmp/busy";
    int fd = SUCCEED(open(path, O_CREAT | O_TRUNC | O_RDWR, 0755));
    EQUAL(write(fd, copy, length), length);
    char *view = map_file(fd, 1, PROT_READ, MAP_PRIVATE);
    SUCCEED(close(fd));
    EQUAL(run(path), ETXTBSY);
    SUCCEED(munmap(view, PAGE));
    fd = SUCCEED(open(path, O_RDONLY));
    view = map_file(fd, 1, PROT_READ, MAP_PRIVATE);
    SUCCEED(close(fd));
    EXPECT_ERRNO(open("/proc/self/exe", O_WRONLY), ETXTBSY);
    fd = SUCCEED(open(path, O_WRONLY));
    SUCCEED(close(fd));
    SUCCEED(unlink(path));
}
