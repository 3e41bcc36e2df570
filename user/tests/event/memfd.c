// build: -O2 -static
// memfd_create(2): a file without a name, that grows, is mapped, and is run.
#include "../process.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(void)
{
    if (getenv("AGAIN"))
        return 7;
    int fd = SUCCEED(memfd_create("a name", MFD_CLOEXEC));
    EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    struct stat stat;
    SUCCEED(fstat(fd, &stat));
    CHECK(S_ISREG(stat.st_mode));
    EQUAL(stat.st_mode & 07777, 0777);
    EQUAL(stat.st_size, 0);
    EQUAL(stat.st_nlink, 0);
    char link[64] = "", path[32], bytes[8];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(readlink(path, link, sizeof link - 1) > 0);
    EQUAL(strcmp(link, "/memfd:a name (deleted)"), 0);
    EQUAL(pwrite(fd, "text", 4, 5000), 4);
    EQUAL(lseek(fd, 0, SEEK_END), 5004);
    char *memory = mmap(0, 5004, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    EQUAL(memcmp(memory + 5000, "text", 4), 0);
    memory[0] = 'T';
    EQUAL(pread(fd, bytes, 1, 0), 1);
    EQUAL(bytes[0], 'T');
    // Opened again, it is the same file with another position.
    int again = SUCCEED(open(path, O_RDWR));
    EQUAL(read(again, bytes, 1), 1);
    EQUAL(bytes[0], 'T');

    // A program in it can be run.
    int run = SUCCEED(memfd_create("program", 0)), self = SUCCEED(open("/proc/self/exe", O_RDONLY));
    static char buffer[65536];
    long got;
    while ((got = SUCCEED(read(self, buffer, sizeof buffer))) > 0)
        EQUAL(write(run, buffer, got), got);
    snprintf(path, sizeof path, "/proc/self/fd/%d", run);
    int reader = SUCCEED(open(path, O_RDONLY));
    SUCCEED(close(run));
    char *words[] = {"program", 0}, *environment[] = {"AGAIN=1", 0};
    int status = IN_CHILD(fexecve(reader, words, environment));
    EQUAL(WEXITSTATUS(status), 7);

    char name[260];
    memset(name, 'x', sizeof name);
    name[249] = 0;
    SUCCEED(memfd_create(name, 0));
    name[249] = 'x', name[250] = 0;
    EXPECT_ERRNO(memfd_create(name, 0), EINVAL);
    EXPECT_ERRNO(memfd_create("x", 0x100), EINVAL);
    EXPECT_ERRNO(memfd_create(BAD, 0), EFAULT);
    return 0;
}
