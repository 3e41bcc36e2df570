// build: musl
// SOCK_SEQPACKET: messages over a connection.
#include "address.h"
#include <poll.h>

#define PATH "/tmp/packets.socket"

int main(void)
{
    char bytes[64];
    int listener = listen_at(PATH, SOCK_SEQPACKET, 1);
    int client = connect_to(PATH, SOCK_SEQPACKET);
    int server = SUCCEED(accept(listener, 0, 0));
    EQUAL(send(client, "first", 5, 0), 5);
    EQUAL(send(client, "second", 6, 0), 6);
    EQUAL(recv(server, bytes, 3, 0), 3);
    EQUAL(recv(server, bytes, sizeof bytes, 0), 6);
    EQUAL(memcmp(bytes, "second", 6), 0);

    static char big[100000], got[100000];
    for (unsigned i = 0; i < sizeof big; i++)
        big[i] = i * 7;
    EQUAL(send(server, big, sizeof big, 0), sizeof big);
    EQUAL(recv(client, got, sizeof got, 0), sizeof got);
    EQUAL(memcmp(big, got, sizeof big), 0);

    int alone = SUCCEED(socket(AF_UNIX, SOCK_SEQPACKET, 0));
    EXPECT_ERRNO(send(alone, "x", 1, 0), ENOTCONN);
    EXPECT_ERRNO(recv(alone, bytes, 1, 0), ENOTCONN);
    SUCCEED(close(client));
    EXPECT_ERRNO(send(server, "x", 1, MSG_NOSIGNAL), EPIPE);
    EQUAL(recv(server, bytes, 1, 0), 0);
    struct pollfd poller = {.fd = server, .events = POLLIN | POLLOUT | POLLRDHUP};
    EQUAL(poll(&poller, 1, 0), 1);
    CHECK(poller.revents & POLLHUP);
    CHECK(poller.revents & POLLRDHUP);
    CHECK(poller.revents & POLLIN);
    unlink(PATH);
    return 0;
}
