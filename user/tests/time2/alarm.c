// build: musl
// alarm(2): a new one replaces the old and tells what was left of it, 0 takes it away; a child has none.
#include "../signals.h"

int main(void)
{
    alarm(0);
    EQUAL(alarm(1000), 0);
    unsigned left = alarm(2000);
    CHECK(left >= 990 && left <= 1000);
    EQUAL(IN_CHILD(EQUAL(alarm(0), 0)), 0);
    left = alarm(0);
    CHECK(left >= 1990 && left <= 2000);
    EQUAL(alarm(0), 0);
    catch_signal(SIGALRM, 0);
    alarm(1);
    struct timespec asked = {20, 0};
    EXPECT_ERRNO(nanosleep(&asked, &asked), EINTR);
    EQUAL(caught, 1);
    CHECK(asked.tv_sec <= 19);
}
