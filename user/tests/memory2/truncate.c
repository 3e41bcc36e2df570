// What is cut off a file is gone from those who map it: SIGBUS behind the end, zeros up to the end of its last page.
#include "../mapping.h"

int main(void)
{
    catch_faults();
    int fd = make_file(4 * PAGE);
    char *shared = map_file(fd, 5, BOTH, MAP_SHARED);
    char *private = map_file(fd, 4, BOTH, MAP_PRIVATE);
    EQUAL(READ(shared + 3 * PAGE), 'a');
    EQUAL(READ(private + 2 * PAGE), 'a');
    WRITE(private + 3 * PAGE, 'p');
    EXPECT_FAULT(READ(shared + 4 * PAGE + 5), SIGBUS, BUS_ADRERR, shared + 4 * PAGE + 5);

    SUCCEED(ftruncate(fd, PAGE + 10));
    EQUAL(READ(shared + PAGE + 9), 'a');
    EQUAL(READ(shared + PAGE + 10), 0);
    EQUAL(READ(shared + 2 * PAGE - 1), 0);
    EXPECT_FAULT(READ(shared + 2 * PAGE), SIGBUS, BUS_ADRERR, shared + 2 * PAGE);
    EXPECT_FAULT(WRITE(shared + 3 * PAGE, 1), SIGBUS, BUS_ADRERR, shared + 3 * PAGE);
    EXPECT_FAULT(READ(private + 2 * PAGE), SIGBUS, BUS_ADRERR, private + 2 * PAGE);
    // The program's own copy goes too.
    EXPECT_FAULT(READ(private + 3 * PAGE), SIGBUS, BUS_ADRERR, private + 3 * PAGE);
    // The kernel finds nothing there either.
    int null = SUCCEED(open("/dev/null", O_WRONLY)), zero = SUCCEED(open("/dev/zero", O_RDONLY));
    EXPECT_ERRNO(read(zero, shared + 2 * PAGE, 10), EFAULT);
    (void)null;

    SUCCEED(ftruncate(fd, 4 * PAGE));
    EQUAL(READ(shared + PAGE + 10), 0);
    EQUAL(READ(shared + 3 * PAGE), 0);
    EQUAL(READ(private + 3 * PAGE), 0);
    EQUAL(READ(shared), 'a');

    // Another process sees it as well.
    int ready[2], cut[2];
    SUCCEED(pipe(ready));
    SUCCEED(pipe(cut));
    char byte = 0;
    pid_t child = start_child();
    if (child == 0) {
        WRITE(shared + 3 * PAGE, 'c');
        write(ready[1], &byte, 1);
        read(cut[0], &byte, 1);
        EXPECT_FAULT(READ(shared + 3 * PAGE), SIGBUS, BUS_ADRERR, shared + 3 * PAGE);
        _exit(0);
    }
    EQUAL(read(ready[0], &byte, 1), 1);
    EQUAL(READ(shared + 3 * PAGE), 'c');
    SUCCEED(ftruncate(fd, 0));
    EQUAL(write(cut[1], &byte, 1), 1);
    EQUAL(wait_for(child), 0);
    EXPECT_FAULT(READ(shared), SIGBUS, BUS_ADRERR, shared);
}
