// build: musl
// listen(2)'s backlog: who finds no place waits, or is told to try again; poll(2) of one that listens.
#include "../process.h"
#include "address.h"
#include <fcntl.h>
#include <poll.h>

#define PATH "/tmp/backlog.socket"

int main(void)
{
    int listener = listen_at(PATH, SOCK_STREAM, 1);
    struct sockaddr_un address = at(PATH);
    struct pollfd poller = {.fd = listener, .events = POLLIN | POLLOUT};
    EQUAL(poll(&poller, 1, 0), 0);
    int one = connect_to(PATH, SOCK_STREAM), two = connect_to(PATH, SOCK_STREAM);
    EQUAL(poll(&poller, 1, 0), 1);
    EQUAL(poller.revents, POLLIN);
    int third = SUCCEED(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    EXPECT_ERRNO(connect(third, ADDRESS(address)), EAGAIN);
    struct pollfd idle = {.fd = third, .events = POLLIN | POLLOUT};
    EQUAL(poll(&idle, 1, 0), 1);
    EQUAL(idle.revents, POLLOUT | POLLHUP);
    pid_t child = start_child();
    if (child == 0) {
        close(connect_to(PATH, SOCK_STREAM));
        _exit(0);
    }
    usleep(30000);
    int accepted[3];
    for (int i = 0; i < 3; i++)
        accepted[i] = SUCCEED(accept(listener, 0, 0));
    EQUAL(wait_for(child), 0);
    EQUAL(write(one, "1", 1), 1);
    EQUAL(write(two, "2", 1), 1);
    char byte;
    EQUAL(read(accepted[0], &byte, 1), 1);
    EQUAL(byte, '1');
    EQUAL(read(accepted[1], &byte, 1), 1);
    EQUAL(byte, '2');
    EQUAL(read(accepted[2], &byte, 1), 0);
    // Who waits to accept is woken when nobody can connect any more.
    child = start_child();
    if (child == 0) {
        EXPECT_ERRNO(accept(listener, 0, 0), EINVAL);
        _exit(0);
    }
    usleep(30000);
    SUCCEED(shutdown(listener, SHUT_RD));
    EQUAL(wait_for(child), 0);
    EXPECT_ERRNO(connect(third, ADDRESS(address)), ECONNREFUSED);
    unlink(PATH);
    return 0;
}
