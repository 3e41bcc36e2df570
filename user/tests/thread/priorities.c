// PRIO_PROCESS means one thread here, not all of a process: setpriority(2), "C library/kernel differences".
#include "../thread.h"
#include <sys/resource.h>

static atomic_int id, let_go;

static void *body(void *unused)
{
    id = thread_id();
    WAIT_UNTIL(let_go);
    EQUAL(getpriority(PRIO_PROCESS, 0), 17);
    return unused;
}

int main(void)
{
    int own = getpriority(PRIO_PROCESS, 0);
    pthread_t thread = start_thread(body, NULL);
    WAIT_UNTIL(id);
    SUCCEED(setpriority(PRIO_PROCESS, id, 17));
    EQUAL(getpriority(PRIO_PROCESS, id), 17);
    EQUAL(getpriority(PRIO_PROCESS, getpid()), own);
    EQUAL(getpriority(PRIO_PROCESS, 0), own);
    SUCCEED(setpriority(PRIO_PROCESS, 0, 18));
    EQUAL(getpriority(PRIO_PROCESS, id), 17);
    let_go = 1;
    finish(thread);
    SUCCEED(sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0}));
}
