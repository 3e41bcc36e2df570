// build: musl
// SO_PEERCRED, SO_PASSCRED and SCM_CREDENTIALS.
#include "../process.h"
#include "address.h"

#define PATH "/tmp/credentials.socket"

static char control[256] __attribute__((aligned(8)));

static struct ucred receive(int fd, int *came)
{
    char byte;
    struct iovec place = {&byte, 1};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    EQUAL(recvmsg(fd, &message, 0), 1);
    struct ucred ids = {0};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *came = header != 0;
    if (header) {
        EQUAL(header->cmsg_level, SOL_SOCKET);
        EQUAL(header->cmsg_type, SCM_CREDENTIALS);
        EQUAL(header->cmsg_len, CMSG_LEN(sizeof ids));
        memcpy(&ids, CMSG_DATA(header), sizeof ids);
    }
    return ids;
}

static long send_as(int fd, struct ucred ids, size_t size)
{
    struct iovec place = {"x", 1};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_CREDENTIALS;
    header->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(header), &ids, sizeof ids);
    return sendmsg(fd, &message, 0);
}

int main(void)
{
    int ends[2], on = 1, came;
    struct ucred ids;
    socklen_t length = sizeof ids;
    SUCCEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    SUCCEED(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &ids, &length));
    EQUAL(length, sizeof ids);
    EQUAL(ids.pid, getpid());
    EQUAL(ids.uid, geteuid());
    EQUAL(send(ends[0], "x", 1, 0), 1);
    receive(ends[1], &came);
    EQUAL(came, 0);
    SUCCEED(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    EQUAL(send(ends[0], "x", 1, 0), 1);
    ids = receive(ends[1], &came);
    EQUAL(came, 1);
    EQUAL(ids.pid, getpid());

    pid_t child = start_child();
    if (child == 0) {
        EQUAL(write(ends[0], "x", 1), 1);
        _exit(0);
    }
    ids = receive(ends[1], &came);
    EQUAL(ids.pid, child);
    EQUAL(wait_for(child), 0);

    struct ucred own = {getpid(), getuid(), getgid()};
    EQUAL(send_as(ends[0], own, sizeof own), 1);
    EQUAL(receive(ends[1], &came).pid, getpid());
    EXPECT_ERRNO(send_as(ends[0], own, sizeof own - 4), EINVAL);
    // The superuser may be anybody that there is.
    EQUAL(send_as(ends[0], (struct ucred){1, 5, 6}, sizeof own), 1);
    ids = receive(ends[1], &came);
    EQUAL(ids.pid, 1);
    EQUAL(ids.uid, 5);
    EQUAL(ids.gid, 6);

    // By connection: who listened, who connected.
    int listener = listen_at(PATH, SOCK_STREAM, 1);
    child = start_child();
    if (child == 0) {
        int client = connect_to(PATH, SOCK_STREAM);
        length = sizeof ids;
        SUCCEED(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &ids, &length));
        EQUAL(ids.pid, getppid());
        _exit(0);
    }
    int server = SUCCEED(accept(listener, 0, 0));
    length = sizeof ids;
    SUCCEED(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &ids, &length));
    EQUAL(ids.pid, child);
    EQUAL(wait_for(child), 0);
    int alone = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    length = sizeof ids;
    SUCCEED(getsockopt(alone, SOL_SOCKET, SO_PEERCRED, &ids, &length));
    EQUAL(ids.pid, 0);
    EQUAL((int)ids.uid, -1);
    unlink(PATH);
    EQUAL(IN_CHILD({
        SUCCEED(setresuid(1000, 1000, 1000));
        EXPECT_ERRNO(send_as(ends[0], (struct ucred){getpid(), 0, 0}, sizeof own), EPERM);
        EXPECT_ERRNO(send_as(ends[0], (struct ucred){1, 1000, 0}, sizeof own), EPERM);
    }), 0);
    return 0;
}
