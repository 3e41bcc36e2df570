// Threads have names, which begin as their maker's and are in /proc.
#include "../thread.h"
#include <sys/prctl.h>

static atomic_int id, let_go;

static void check_name(int thread, const char *must)
{
    char path[64], name[64] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
    FILE *file = fopen(path, "r");
    CHECK(file && fgets(name, sizeof name, file));
    fclose(file);
    name[strcspn(name, "\n")] = 0;
    if (strcmp(name, must))
        FAIL("thread %d is called %s, not %s", thread, name, must);
}

static void *body(void *unused)
{
    char name[16];
    SUCCEED(prctl(PR_GET_NAME, name));
    EQUAL(strcmp(name, "first"), 0);
    id = thread_id();
    WAIT_UNTIL(let_go);
    SUCCEED(prctl(PR_GET_NAME, name));
    EQUAL(strcmp(name, "second"), 0);
    return unused;
}

int main(void)
{
    SUCCEED(prctl(PR_SET_NAME, "first"));
    pthread_t thread = start_thread(body, NULL);
    WAIT_UNTIL(id);
    check_name(id, "first");
    WORK(pthread_setname_np(thread, "second"));
    check_name(id, "second");
    check_name(getpid(), "first");
    EQUAL(pthread_setname_np(thread, "much longer than that"), ERANGE);
    let_go = 1;
    finish(thread);
}
