// With CLONE_FS the working directory and the umask are shared, and the ids are not.
#include "../thread.h"
#include <sys/stat.h>

static char stack[65536] __attribute__((aligned(16)));

static int change(void *unused)
{
    (void)unused;
    SUCCEED(chdir("/tests"));
    umask(0123);
    SUCCEED(setuid(1000));
    return access("/root-only", F_OK) != -1;
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    char path[256];
    for (int shared = 0; shared < 2; shared++) {
        SUCCEED(chdir("/"));
        umask(022);
        EQUAL(wait_for(SUCCEED(clone(change, stack + sizeof stack, SIGCHLD | (shared ? CLONE_FS : 0), NULL))), 0);
        CHECK(getcwd(path, sizeof path));
        EQUAL(strcmp(path, shared ? "/tests" : "/"), 0);
        EQUAL(umask(022), shared ? 0123 : 022);
        EQUAL(getuid(), 0);
    }
    SUCCEED(chdir("/tmp"));
    SUCCEED(mkdir("mine", 0700));
    SUCCEED(chdir("mine"));
    SUCCEED(chdir("/tmp"));
    SUCCEED(rmdir("mine"));
}
