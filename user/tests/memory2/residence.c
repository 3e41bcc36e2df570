// mincore(2) and msync(2).
#include "../mapping.h"

int main(void)
{
    unsigned char there[4];
    char *own = map(4, BOTH, MAP_PRIVATE);
    WRITE(own + PAGE, 1);
    SUCCEED(mincore(own, 4 * PAGE, there));
    EQUAL(there[0] & 1, 0);
    EQUAL(there[1] & 1, 1);
    EQUAL(there[2] & 1, 0);
    SUCCEED(mincore(own + PAGE, 1, there + 3));
    EQUAL(there[3] & 1, 1);
    SUCCEED(mincore(own, 0, there));
    EXPECT_ERRNO(mincore(own + 1, PAGE, there), EINVAL);
    EXPECT_ERRNO(mincore(own, PAGE, BAD), EFAULT);
    EXPECT_ERRNO(mincore(own, -PAGE, there), ENOMEM);

    int fd = make_file(2 * PAGE);
    char *file = map_file(fd, 2, BOTH, MAP_SHARED);
    SUCCEED(mincore(file, 2 * PAGE, there));
    EQUAL(there[0] & there[1] & 1, 1);
    WRITE(file, 'x');
    SUCCEED(msync(file, 2 * PAGE, MS_SYNC));
    SUCCEED(msync(file, 2 * PAGE, MS_ASYNC | MS_INVALIDATE));
    SUCCEED(msync(own, 4 * PAGE, MS_SYNC));
    SUCCEED(msync(own, 0, MS_SYNC));
    SUCCEED(msync(own, PAGE, 0));
    EXPECT_ERRNO(msync(own, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    EXPECT_ERRNO(msync(own, PAGE, 64), EINVAL);
    EXPECT_ERRNO(msync(own + 1, PAGE, MS_SYNC), EINVAL);
    EXPECT_ERRNO(msync(own, -PAGE, MS_SYNC), ENOMEM);
    SUCCEED(munmap(own + PAGE, PAGE));
    EXPECT_ERRNO(mincore(own, 4 * PAGE, there), ENOMEM);
    EXPECT_ERRNO(msync(own, 4 * PAGE, MS_SYNC), ENOMEM);
    if (mlock(own, PAGE) == 0)
        EXPECT_ERRNO(msync(own, PAGE, MS_INVALIDATE), EBUSY);
}
