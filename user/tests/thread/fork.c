// fork(2) in a thread copies that thread alone; its number is the child's. vfork(2) keeps only the caller waiting.
#include "../thread.h"
#include <dirent.h>

static atomic_int counter, let_go;

static void *count(void *unused)
{
    while (!let_go) {
        counter++;
        usleep(500);
    }
    return unused;
}

static int threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void *fork_here(void *unused)
{
    EQUAL(threads(), 3);
    int status = IN_CHILD({
        EQUAL(thread_id(), getpid());
        EQUAL(threads(), 1);
        int before = counter;
        usleep(20000);
        EQUAL(counter, before);
    });
    EQUAL(status, 0);
    return unused;
}

int main(void)
{
    pthread_t counting = start_thread(count, NULL);
    finish(start_thread(fork_here, NULL));
    fflush(stdout);
    int before = counter;
    pid_t child = vfork();
    if (child == 0) {
        // The other thread goes on meanwhile, in the same memory.
        while (counter < before + 20)
            usleep(500);
        _exit(6);
    }
    CHECK(counter >= before + 20);
    EQUAL(WEXITSTATUS(wait_for(child)), 6);
    let_go = 1;
    finish(counting);
}
