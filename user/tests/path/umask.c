// build: musl
// umask(2): what it takes from the rights of new files; it gives back the one before.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

static int rights(mode_t mask, mode_t asked)
{
    struct stat about;
    umask(mask);
    int file = SUCCEED(open("/tmp/umask-test", O_WRONLY | O_CREAT | O_EXCL, asked));
    SUCCEED(fstat(file, &about));
    SUCCEED(close(file));
    SUCCEED(unlink("/tmp/umask-test"));
    return about.st_mode & 07777;
}

int main(void)
{
    EQUAL(rights(022, 0666), 0644);
    EQUAL(rights(077, 0777), 0700);
    EQUAL(rights(0, 06755), 06755);
    EQUAL(rights(0777, 0777), 0);
    EQUAL(umask(01234567), 0777);
    EQUAL(umask(0), 0567);
}
