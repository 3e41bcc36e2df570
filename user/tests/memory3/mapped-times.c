// build: musl
// The times of a file that is read and written through a mapping: mmap(2).
#include "../cases.h"
#include <fcntl.h>
#include <sys/mman.h>

static struct stat told(void)
{
    struct stat about;
    SUCCEED(stat("file", &about));
    return about;
}

static void old_times(void)
{
    struct timespec times[2] = {{1000, 0}, {2000, 0}};
    SUCCEED(utimensat(AT_FDCWD, "file", times, 0));
}

int main(void)
{
    in_fresh_folder("/tmp/mapped-times");
    int fd = SUCCEED(open("file", O_CREAT | O_RDWR, 0600));
    SUCCEED(ftruncate(fd, 8192));
    old_times();
    char *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(told().st_atim.tv_sec != 1000);
    old_times();
    private[0] = 1;
    EQUAL(told().st_mtim.tv_sec, 2000);
    char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    old_times();
    EQUAL(*(volatile char *)shared, 0);
    EQUAL(told().st_mtim.tv_sec, 2000);
    struct timespec changed = told().st_ctim;
    await_file_clock();
    shared[4096] = 1;
    SUCCEED(msync(shared, 8192, MS_SYNC));
    CHECK(told().st_mtim.tv_sec != 2000);
    CHECK(told().st_ctim.tv_sec != changed.tv_sec || told().st_ctim.tv_nsec != changed.tv_nsec);
    SUCCEED(munmap(private, 8192));
    SUCCEED(munmap(shared, 8192));
    close(fd);
    return end_cases();
}
