// build: musl
// Limits go to children and to programs that are run; prlimit(2) reaches another process's.
#include "../process.h"
#include <sys/resource.h>
#include <sys/syscall.h>

static void expect(int kind, rlim_t soft, rlim_t hard)
{
    struct rlimit limit;
    SUCCEED(getrlimit(kind, &limit));
    EQUAL(limit.rlim_cur, soft);
    EQUAL(limit.rlim_max, hard);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        expect(RLIMIT_NOFILE, 77, 99);
        return 0;
    }
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        EQUAL(read(ends[0], &(char){0}, 1), 1);
        expect(RLIMIT_NOFILE, 55, 66);
        _exit(0);
    }
    struct rlimit new = {55, 66}, old;
    SUCCEED(syscall(SYS_prlimit64, child, RLIMIT_NOFILE, &new, &old));
    SUCCEED(write(ends[1], "x", 1));
    EQUAL(wait_for(child), 0);
    expect(RLIMIT_NOFILE, old.rlim_cur, old.rlim_max);

    new = (struct rlimit){77, 99};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &new));
    EQUAL(IN_CHILD(expect(RLIMIT_NOFILE, 77, 99)), 0);
    execl("/proc/self/exe", arguments[0], "again", NULL);
    FAIL("execl: %s", strerror(errno));
}
