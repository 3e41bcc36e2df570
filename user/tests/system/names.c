// build: musl
// uname(2): what programs look at before they run.
#include "../test.h"
#include <sys/utsname.h>

int main(void)
{
    struct utsname names;
    memset(&names, 0xff, sizeof names);
    SUCCEED(uname(&names));
    CHECK(strcmp(names.sysname, "Linux") == 0);
    CHECK(strcmp(names.machine, "x86_64") == 0);
    int major = 0, minor = 0;
    EQUAL(sscanf(names.release, "%d.%d", &major, &minor), 2);
    CHECK(major > 6 || (major == 6 && minor >= 1));
    CHECK(strlen(names.version) < 65 && strlen(names.nodename) < 65);
}
