// build: musl
// A long chain of sockets, each on its way in the next one's inbox, goes when its first is closed; too many on their way are refused.
#include "rights.h"
#include <sys/resource.h>

int main(void)
{
    int outer[2], inner[2];
    SUCCEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, outer));
    int first = SUCCEED(dup(outer[0]));
    // From the outside in, so that no depth is seen.
    for (int i = 0; i < 3000; i++) {
        SUCCEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, inner));
        EQUAL(send_files(outer[1], "x", 1, inner, 1), 1);
        close(outer[0]), close(outer[1]);
        outer[0] = inner[0], outer[1] = inner[1];
    }
    close(outer[0]), close(outer[1]);
    SUCCEED(close(first));

    struct rlimit few = {64, 64};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    SUCCEED(setresuid(12346, 12346, 12346));
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, outer));
    int sent = 0;
    while (send_files(outer[1], "x", 1, outer, 1) == 1)
        sent++;
    EQUAL(errno, ETOOMANYREFS);
    EQUAL(sent, 65);
    return 0;
}
