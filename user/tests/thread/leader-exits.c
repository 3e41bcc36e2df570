// The first thread may end before the others: the process lives on, and its parent is told of it when the last has ended, with that
// one's status.
#include "../thread.h"

static void *outlive(void *pipe_end)
{
    char byte;
    EQUAL(read((int)(long)pipe_end, &byte, 1), 1);
    EQUAL(getpid(), getpid());
    CHECK(thread_id() != getpid());
    syscall(SYS_exit, 5);
    return NULL;
}

int main(void)
{
    int ends[2], status;
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        start_thread(outlive, (void *)(long)ends[0]);
        syscall(SYS_exit, 3);
    }
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    for (;;) {
        FILE *file = fopen(path, "r");
        CHECK(file && fgets(text, sizeof text, file));
        fclose(file);
        if (strstr(text, ") Z "))
            break;
        usleep(1000);
    }
    EQUAL(waitpid(child, &status, WNOHANG), 0);
    SUCCEED(kill(child, 0));
    EQUAL(write(ends[1], "x", 1), 1);
    status = wait_for(child);
    CHECK(WIFEXITED(status));
    EQUAL(WEXITSTATUS(status), 5);
}
