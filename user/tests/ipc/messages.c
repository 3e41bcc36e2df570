// build: musl
// msgget(2), msgsnd(2), msgrcv(2), msgctl(2): order, types, limits, waiting, removal.
#include "../process.h"
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>

struct message {
    long type;
    char text[8200];
};
static struct message out, in;

static int put(int queue, long type, const char *text, int flags)
{
    out.type = type;
    strcpy(out.text, text);
    return msgsnd(queue, &out, strlen(text) + 1, flags);
}

static const char *take(int queue, long type, int flags)
{
    in.text[0] = 0;
    SUCCEED(msgrcv(queue, &in, sizeof in.text, type, flags | IPC_NOWAIT));
    return in.text;
}

static void nothing(int signal) { (void)signal; }

int main(void)
{
    int queue = SUCCEED(msgget(IPC_PRIVATE, 0600));
    EXPECT_ERRNO(msgrcv(queue, &in, 10, 0, IPC_NOWAIT), ENOMSG);
    SUCCEED(put(queue, 3, "three", 0));
    SUCCEED(put(queue, 1, "one", 0));
    SUCCEED(put(queue, 2, "two", 0));
    SUCCEED(put(queue, 3, "again", 0));
    EQUAL(strcmp(take(queue, 2, 0), "two"), 0);
    EQUAL(strcmp(take(queue, -2, 0), "one"), 0);
    EXPECT_ERRNO(msgrcv(queue, &in, 100, -2, IPC_NOWAIT), ENOMSG);
    EXPECT_ERRNO(msgrcv(queue, &in, 3, 0, IPC_NOWAIT), E2BIG);
    EQUAL(msgrcv(queue, &in, 3, 0, IPC_NOWAIT | MSG_NOERROR), 3);
    EQUAL(in.type, 3);
    EQUAL(memcmp(in.text, "thr", 3), 0);
    EXPECT_ERRNO(msgrcv(queue, &in, 100, 3, IPC_NOWAIT | 020000), ENOMSG);
    EQUAL(strcmp(take(queue, 0, 0), "again"), 0);

    struct msqid_ds status;
    SUCCEED(put(queue, 1, "x", 0));
    SUCCEED(msgctl(queue, IPC_STAT, &status));
    EQUAL(status.msg_qnum, 1);
    EQUAL(status.msg_qbytes, 16384);
    EQUAL(status.msg_lspid, getpid());
    EQUAL(status.msg_perm.mode, 0600);
    CHECK(status.msg_stime > 1000000);
    take(queue, 0, 0);

    EXPECT_ERRNO(put(queue, 0, "x", 0), EINVAL);
    EXPECT_ERRNO(msgsnd(queue, &out, 9000, 0), EINVAL);
    EXPECT_ERRNO(msgsnd(queue, &out, -1, 0), EINVAL);
    EXPECT_ERRNO(msgsnd(queue, BAD, 1, 0), EFAULT);
    EXPECT_ERRNO(msgsnd(-1, &out, 1, 0), EINVAL);
    EXPECT_ERRNO(msgrcv(queue, &in, -1, 0, 0), EINVAL);
    EXPECT_ERRNO(msgrcv(-1, &in, 1, 0, 0), EINVAL);
    EXPECT_ERRNO(msgctl(queue, 99, &status), EINVAL);
    EXPECT_ERRNO(msgctl(queue, IPC_STAT, BAD), EFAULT);
    EXPECT_ERRNO(msgctl(-1, IPC_STAT, &status), EINVAL);
    out.type = 1;
    SUCCEED(msgsnd(queue, &out, 8192, 0));
    SUCCEED(msgsnd(queue, &out, 8192, 0));
    EXPECT_ERRNO(msgsnd(queue, &out, 1, IPC_NOWAIT), EAGAIN);

    // Who waits gets room, a signal, or the news that the queue is gone.
    pid_t child = start_child();
    if (child == 0) {
        out.type = 7;
        SUCCEED(msgsnd(queue, &out, 1, 0));
        _exit(0);
    }
    usleep(20000);
    EQUAL(msgrcv(queue, &in, 8192, 0, 0), 8192);
    EQUAL(wait_for(child), 0);
    EQUAL(msgrcv(queue, &in, 8192, 7, 0), 1);
    EQUAL(msgrcv(queue, &in, 8192, 0, 0), 8192);
    child = start_child();
    if (child == 0) {
        struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART};
        sigaction(SIGUSR1, &action, 0);
        EXPECT_ERRNO(msgrcv(queue, &in, 10, 0, 0), EINTR);
        EXPECT_ERRNO(msgrcv(queue, &in, 10, 0, 0), EIDRM);
        _exit(0);
    }
    usleep(50000);
    kill(child, SIGUSR1);
    usleep(50000);
    SUCCEED(msgctl(queue, IPC_RMID, 0));
    EQUAL(wait_for(child), 0);
    EXPECT_ERRNO(msgctl(queue, IPC_STAT, &status), EINVAL);
    return 0;
}
