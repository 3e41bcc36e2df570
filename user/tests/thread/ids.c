// Threads have one process number and a number each; /proc lists them while they live.
#include "../thread.h"
#include <dirent.h>

static atomic_int let_go, ids[3];

static void *body(void *place)
{
    *(atomic_int *)place = thread_id();
    WAIT_UNTIL(let_go);
    return (void *)(long)getpid();
}

static int listed(void)
{
    DIR *folder = opendir("/proc/self/task");
    CHECK(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static int told(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    CHECK(file);
    int threads = -1;
    for (char line[256]; fgets(line, sizeof line, file);)
        sscanf(line, "Threads: %d", &threads);
    fclose(file);
    return threads;
}

int main(void)
{
    EQUAL(thread_id(), getpid());
    EQUAL(listed(), 1);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = start_thread(body, (void *)&ids[i]);
    WAIT_UNTIL(ids[0] && ids[1] && ids[2]);
    CHECK(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    EQUAL(listed(), 4);
    EQUAL(told(), 4);
    for (int i = 0; i < 3; i++) {
        CHECK(ids[i] != getpid());
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/status", ids[i]);
        SUCCEED(access(path, F_OK));
        // A thread's number leads to its process, though it is not listed.
        snprintf(path, sizeof path, "/proc/%d/task/%d", ids[i], getpid());
        SUCCEED(access(path, F_OK));
        SUCCEED(syscall(SYS_tgkill, getpid(), ids[i], 0));
        SUCCEED(syscall(SYS_tkill, ids[i], 0));
    }
    let_go = 1;
    for (int i = 0; i < 3; i++)
        EQUAL(finish(threads[i]), getpid());
    WAIT_UNTIL(listed() == 1);
    EQUAL(told(), 1);
    EXPECT_ERRNO(syscall(SYS_tgkill, getpid(), ids[0], 0), ESRCH);
}
