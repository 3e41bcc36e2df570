// The number of a group or session is not given to a new process while it has members, though its leader is gone.
#include "../process.h"
#include <signal.h>
#include <fcntl.h>

int main(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t leader = start_child();
    if (leader == 0) {
        SUCCEED(setsid());
        pid_t member = fork();
        if (member == 0)
            for (;;)
                pause();
        EQUAL(write(ends[1], &member, sizeof member), sizeof member);
        _exit(0);
    }
    pid_t member;
    EQUAL(read(ends[0], &member, sizeof member), sizeof member);
    wait_for(leader);
    EQUAL(getpgid(member), leader);
    EQUAL(getsid(member), leader);
    EXPECT_ERRNO(kill(leader, 0), ESRCH);
    SUCCEED(kill(-leader, 0));

    // Ask for that number, where one may.
    int last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
    char number[16];
    if (last != -1) {
        snprintf(number, sizeof number, "%d", leader - 1);
        if (write(last, number, strlen(number)) > 0) {
            pid_t child = start_child();
            if (child == 0)
                _exit(0);
            CHECK(child != leader);
            wait_for(child);
        }
    }
    for (int i = 0; i < 300; i++) {
        pid_t child = start_child();
        if (child == 0)
            _exit(0);
        CHECK(child != leader);
        wait_for(child);
    }
    SUCCEED(kill(-leader, SIGKILL));
}
