// The C library's setuid(3) holds for all threads.
#include "../thread.h"

static atomic_int ready, let_go;

static void *body(void *unused)
{
    ready++;
    WAIT_UNTIL(let_go);
    EQUAL(getuid(), 1234);
    EQUAL(geteuid(), 1234);
    EQUAL(getgid(), 77);
    EXPECT_ERRNO(setuid(0), EPERM);
    return unused;
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = start_thread(body, NULL);
    WAIT_UNTIL(ready == 3);
    SUCCEED(setgid(77));
    SUCCEED(setuid(1234));
    let_go = 1;
    for (int i = 0; i < 3; i++)
        finish(threads[i]);
}
