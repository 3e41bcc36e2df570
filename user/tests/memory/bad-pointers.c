// build: musl
// EFAULT for every pointer argument of the calls that a simple program makes: nothing mapped, the kernel's half, and
// addresses that no machine has.
#include "../test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

static void try(void *bad)
{
    int file = SUCCEED(open(FILES "pattern", O_RDONLY)), folder = SUCCEED(open(FILES, O_RDONLY));
    struct { void *base; size_t length; } vector = {bad, 8};
    EXPECT_ERRNO(syscall(SYS_read, file, bad, 10), EFAULT);
    EXPECT_ERRNO(syscall(SYS_write, 1, bad, 10), EFAULT);
    EXPECT_ERRNO(syscall(SYS_readv, file, bad, 1), EFAULT);
    EXPECT_ERRNO(syscall(SYS_readv, file, &vector, 1), EFAULT);
    EXPECT_ERRNO(syscall(SYS_writev, 1, bad, 1), EFAULT);
    EXPECT_ERRNO(syscall(SYS_writev, 1, &vector, 1), EFAULT);
    EXPECT_ERRNO(syscall(SYS_open, bad, O_RDONLY), EFAULT);
    EXPECT_ERRNO(syscall(SYS_openat, AT_FDCWD, bad, O_RDONLY), EFAULT);
    EXPECT_ERRNO(syscall(SYS_stat, bad, &vector), EFAULT);
    EXPECT_ERRNO(syscall(SYS_stat, "/", bad), EFAULT);
    EXPECT_ERRNO(syscall(SYS_lstat, "/", bad), EFAULT);
    EXPECT_ERRNO(syscall(SYS_fstat, file, bad), EFAULT);
    EXPECT_ERRNO(syscall(SYS_newfstatat, AT_FDCWD, "/", bad, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_readlink, bad, "", 1), EFAULT);
    EXPECT_ERRNO(syscall(SYS_readlink, FILES "link", bad, 10), EFAULT);
    EXPECT_ERRNO(syscall(SYS_getdents64, folder, bad, 1000), EFAULT);
    EXPECT_ERRNO(syscall(SYS_getcwd, bad, 1000), EFAULT);
    EXPECT_ERRNO(syscall(SYS_uname, bad), EFAULT);
    EXPECT_ERRNO(syscall(SYS_clock_gettime, CLOCK_REALTIME, bad), EFAULT);
    EXPECT_ERRNO(syscall(SYS_nanosleep, bad, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, bad, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_getrandom, bad, 10, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, bad, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, bad, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, 3, NULL, bad), EFAULT);
    SUCCEED(close(file));
    SUCCEED(close(folder));
}

int main(void)
{
    try(BAD);
    try((void *)0x7ffffffff000);
    try((void *)0x800000000000);
    try((void *)0x8000000000000000);
    try((void *)0xffff800000000000);
    try((void *)0xffffffff80000000);
    try((void *)-8);
}
