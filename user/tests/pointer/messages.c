// EFAULT for every pointer that the calls about sockets, System V's and POSIX's messages take.
#include "pointer.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>

enum { SOCKET_, QUEUE_, SET_, SEGMENT_, LISTENER_, POSIX_, NAME_, LENGTH_ };
#define SOCKET THING(SOCKET_)
#define QUEUE THING(QUEUE_)
#define SET THING(SET_)
#define SEGMENT THING(SEGMENT_)
#define LISTENER THING(LISTENER_)
#define POSIX THING(POSIX_)
#define NAME THING(NAME_)
#define LENGTH THING(LENGTH_)

static const struct pointer_case CASES[] = {
    {"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, OUT(8)}},
    {"bind", SYS_bind, {LISTENER, IN(16), 16}},
    {"connect", SYS_connect, {LISTENER, IN(16), 16}},
    {"sendto", SYS_sendto, {SOCKET, SOME_IN, 8, MSG_DONTWAIT, 0, 0}},
    {"sendto address", SYS_sendto, {SOCKET, ZEROS, 8, MSG_DONTWAIT, IN(16), 16}},
    {"recvfrom", SYS_recvfrom, {SOCKET, SOME_OUT, 4, MSG_PEEK, 0, 0}},
    {"sendmsg", SYS_sendmsg, {SOCKET, IN(56), 0}},
    {"recvmsg", SYS_recvmsg, {SOCKET, IN(56), MSG_PEEK}},
    {"sendmmsg", SYS_sendmmsg, {SOCKET, IN(64), 1, 0}},
    {"recvmmsg", SYS_recvmmsg, {SOCKET, IN(64), 1, MSG_PEEK, 0}},
    {"recvmmsg time", SYS_recvmmsg, {SOCKET, ZEROS, 1, MSG_PEEK, IN(16)}},
    {"setsockopt", SYS_setsockopt, {SOCKET, SOL_SOCKET, SO_SNDBUF, IN(4), 4}},
    {"getsockopt", SYS_getsockopt, {SOCKET, SOL_SOCKET, SO_TYPE, OUT(4), LENGTH}},
    {"getsockopt length", SYS_getsockopt, {SOCKET, SOL_SOCKET, SO_TYPE, ZEROS, OUT(4)}},
    {"getsockname", SYS_getsockname, {SOCKET, SOME_OUT, LENGTH}},
    {"getsockname length", SYS_getsockname, {SOCKET, ZEROS, OUT(4)}},
    {"getpeername", SYS_getpeername, {SOCKET, SOME_OUT, LENGTH}},
    {"getpeername length", SYS_getpeername, {SOCKET, ZEROS, OUT(4)}},
    {"msgsnd", SYS_msgsnd, {QUEUE, IN(8), 8, IPC_NOWAIT}},
    {"msgctl", SYS_msgctl, {QUEUE, IPC_STAT, OUT(120)}},
    {"msgctl set", SYS_msgctl, {QUEUE, IPC_SET, IN(120)}},
    {"semop", SYS_semop, {SET, IN(6), 1}},
    {"semtimedop", SYS_semtimedop, {SET, IN(6), 1, 0}},
    {"semtimedop time", SYS_semtimedop, {SET, ZEROS, 1, IN(16)}},
    {"semctl", SYS_semctl, {SET, 0, IPC_STAT, OUT(104)}},
    {"semctl set", SYS_semctl, {SET, 0, IPC_SET, IN(104)}},
    {"semctl all", SYS_semctl, {SET, 0, GETALL, OUT(2)}},
    {"semctl set all", SYS_semctl, {SET, 0, SETALL, IN(2)}},
    {"shmctl", SYS_shmctl, {SEGMENT, IPC_STAT, OUT(112)}},
    {"shmctl set", SYS_shmctl, {SEGMENT, IPC_SET, IN(112)}},
    {"mq_open", SYS_mq_open, {TEXT, O_RDONLY, 0, 0}},
    {"mq_open attributes", SYS_mq_open, {NAME, O_RDWR | O_CREAT, 0600, IN(64)}},
    {"mq_unlink", SYS_mq_unlink, {TEXT}},
    {"mq_timedsend", SYS_mq_timedsend, {POSIX, SOME_IN, 8, 0, 0}},
    {"mq_timedsend time", SYS_mq_timedsend, {POSIX, ZEROS, 8, 0, IN(16)}},
    {"mq_timedreceive time", SYS_mq_timedreceive, {POSIX, ZEROS, 100, 0, IN(16)}},
    {"mq_notify", SYS_mq_notify, {POSIX, IN(64)}},
    {"mq_getsetattr", SYS_mq_getsetattr, {POSIX, IN(64), 0}},
    {"mq_getsetattr old", SYS_mq_getsetattr, {POSIX, 0, OUT(64)}},
};

// Where there are none, the calls of them are not there either.
static int made(long result)
{
    if (result == -1 && errno != ENOSYS)
        FAIL("cannot make what the calls need: %s", strerror(errno));
    return result;
}

int main(void)
{
    static int length = 16;
    int pair[2] = {-1, -1};
    if (made(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) == 0)
        EQUAL(write(pair[1], "bytes to be seen", 16), 16);
    things[SOCKET_] = pair[0], things[LENGTH_] = (long)&length, things[NAME_] = (long)"pointer";
    things[LISTENER_] = made(socket(AF_UNIX, SOCK_STREAM, 0));
    things[QUEUE_] = made(msgget(IPC_PRIVATE, 0600));
    things[SET_] = made(semget(IPC_PRIVATE, 1, 0600));
    things[SEGMENT_] = made(shmget(IPC_PRIVATE, 4096, 0600));
    things[POSIX_] = made(syscall(SYS_mq_open, "pointer-first", O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL));
    int status = try_all(CASES, sizeof CASES / sizeof *CASES);
    msgctl(things[QUEUE_], IPC_RMID, NULL), semctl(things[SET_], 0, IPC_RMID), shmctl(things[SEGMENT_], IPC_RMID, NULL);
    syscall(SYS_mq_unlink, "pointer-first"), syscall(SYS_mq_unlink, "pointer");
    return status;
}
