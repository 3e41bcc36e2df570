// build: musl
// RLIMIT_NOFILE binds: EMFILE when all numbers are taken.
#include "../test.h"
#include <fcntl.h>
#include <sys/resource.h>

int main(void)
{
    struct rlimit limit = {16, 16};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &limit));
    int last = 0;
    while (last < 15)
        last = SUCCEED(open(FILES "hello", O_RDONLY));
    EXPECT_ERRNO(open(FILES "hello", O_RDONLY), EMFILE);
    SUCCEED(close(7));
    EQUAL(open(FILES "hello", O_RDONLY), 7);
}
