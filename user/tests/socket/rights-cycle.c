// build: musl
// Sockets sent through each other and closed are not kept for ever: their number does not grow, and the user's limit does not fill.
#include "rights.h"
#include <sys/resource.h>

// Sends, waiting while those that nobody can receive any more are still being collected.
static void send_patiently(int fd, int *files, int count)
{
    for (int tries = 0; send_files(fd, "x", 1, files, count) != 1; tries++) {
        EQUAL(errno, ETOOMANYREFS);
        if (tries > 200)
            FAIL("too many stay on their way");
        // Closing one is what makes Linux look.
        close(SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0)));
        usleep(10000);
    }
}

static int sockets(void)
{
    char line[256];
    int lines = 0;
    FILE *file = fopen("/proc/net/unix", "r");
    if (!file)
        SKIP("needs /proc/net/unix");
    while (fgets(line, sizeof line, file))
        lines++;
    fclose(file);
    return lines;
}

int main(void)
{
    int before = sockets();
    struct rlimit few = {64, 64};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    SUCCEED(setresuid(12345, 12345, 12345));
    for (int i = 0; i < 2000; i++) {
        int one[2], two[2];
        SUCCEED(socketpair(AF_UNIX, i & 1 ? SOCK_STREAM : SOCK_DGRAM, 0, one));
        SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, two));
        send_patiently(one[0], two, 2);
        send_patiently(two[0], one, 2);
        send_patiently(two[1], two, 1);
        close(one[0]), close(one[1]), close(two[0]), close(two[1]);
    }
    for (int tries = 0; sockets() > before + 50; tries++) {
        if (tries > 100)
            FAIL("%d sockets are left, there were %d", sockets(), before);
        usleep(20000);
    }
    return 0;
}
