// build: musl
// personality(2): what is set is told, goes to children and to programs, and means something: an old release, times that stay.
#include "../process.h"
#include <sys/personality.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

int main(int count, char **arguments)
{
    if (count > 1) {
        EQUAL(personality(0xffffffff), ADDR_NO_RANDOMIZE);
        return 0;
    }
    EQUAL(personality(0xffffffff), 0);
    EQUAL(personality(UNAME26), 0);
    struct utsname names;
    SUCCEED(uname(&names));
    EQUAL(strncmp(names.release, "2.6.", 4), 0);
    EQUAL(personality(STICKY_TIMEOUTS), UNAME26);
    SUCCEED(uname(&names));
    CHECK(strncmp(names.release, "2.6.", 4) != 0);
    struct timeval time = {0, 20000};
    EQUAL(syscall(SYS_select, 0, NULL, NULL, NULL, &time), 0);
    EQUAL(time.tv_usec, 20000);
    EQUAL(personality(PER_SVR4), STICKY_TIMEOUTS);
    EQUAL(personality(0), PER_SVR4);
    EQUAL(syscall(SYS_select, 0, NULL, NULL, NULL, &time), 0);
    EQUAL(time.tv_usec, 0);
    SUCCEED(personality(ADDR_NO_RANDOMIZE));
    EQUAL(IN_CHILD(EQUAL(personality(0xffffffff), ADDR_NO_RANDOMIZE)), 0);
    execl("/proc/self/exe", arguments[0], "again", NULL);
    FAIL("execl: %s", strerror(errno));
}
