// build: musl
// Datagrams: bounds, senders' addresses, cutting, no connection, a full inbox.
#include "address.h"
#include <poll.h>

#define HERE "/tmp/datagram.here"
#define THERE "/tmp/datagram.there"

int main(void)
{
    char bytes[64];
    struct sockaddr_un here = at(HERE), there = at(THERE), from;
    socklen_t length = sizeof from;
    unlink(HERE);
    unlink(THERE);
    int receiver = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0)), sender = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    EXPECT_ERRNO(send(sender, "x", 1, 0), ENOTCONN);
    EXPECT_ERRNO(sendto(sender, "x", 1, 0, ADDRESS(here)), ENOENT);
    SUCCEED(bind(receiver, ADDRESS(here)));
    EQUAL(sendto(sender, "one", 3, 0, ADDRESS(here)), 3);
    EQUAL(sendto(sender, "", 0, 0, ADDRESS(here)), 0);
    EQUAL(recvfrom(receiver, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length), 3);
    EQUAL(length, 0);
    SUCCEED(bind(sender, ADDRESS(there)));
    EQUAL(sendto(sender, "three", 5, 0, ADDRESS(here)), 5);
    EQUAL(recv(receiver, bytes, sizeof bytes, 0), 0);
    length = sizeof from;
    // What does not fit is lost; MSG_TRUNC tells how long it was.
    EQUAL(recvfrom(receiver, bytes, 2, MSG_TRUNC, (struct sockaddr *)&from, &length), 5);
    EQUAL(memcmp(bytes, "th", 2), 0);
    EQUAL(strcmp(from.sun_path, THERE), 0);
    EXPECT_ERRNO(recv(receiver, bytes, 1, MSG_DONTWAIT), EAGAIN);

    SUCCEED(connect(sender, ADDRESS(here)));
    EQUAL(write(sender, "abc", 3), 3);
    EQUAL(recv(receiver, bytes, sizeof bytes, MSG_PEEK), 3);
    EQUAL(read(receiver, bytes, sizeof bytes), 3);
    // Ten and one wait at most, if the receiver is not connected to the sender.
    int count = 0;
    while (send(sender, "y", 1, MSG_DONTWAIT) == 1)
        count++;
    EQUAL(errno, EAGAIN);
    EQUAL(count, 11);
    struct pollfd poller = {.fd = sender, .events = POLLOUT};
    EQUAL(poll(&poller, 1, 0), 0);
    EQUAL(read(receiver, bytes, sizeof bytes), 1);
    EQUAL(poll(&poller, 1, 0), 1);

    // Who is connected takes from its peer only.
    SUCCEED(connect(receiver, ADDRESS(there)));
    int stranger = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    EXPECT_ERRNO(sendto(stranger, "z", 1, 0, ADDRESS(here)), EPERM);
    EXPECT_ERRNO(connect(stranger, ADDRESS(here)), EPERM);
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    SUCCEED(connect(receiver, &nobody, sizeof nobody));
    EXPECT_ERRNO(getpeername(receiver, (struct sockaddr *)&from, &length), ENOTCONN);
    EQUAL(sendto(stranger, "z", 1, MSG_DONTWAIT, ADDRESS(here)), 1);

    static char big[300000];
    EXPECT_ERRNO(send(sender, big, sizeof big, 0), EMSGSIZE);
    SUCCEED(close(receiver));
    // That its peer left it for another is told first.
    EXPECT_ERRNO(send(sender, "x", 1, 0), ECONNRESET);
    EXPECT_ERRNO(send(sender, "x", 1, 0), ECONNREFUSED);
    EXPECT_ERRNO(send(sender, "x", 1, 0), ENOTCONN);
    EXPECT_ERRNO(sendto(stranger, "x", 1, 0, ADDRESS(here)), ECONNREFUSED);
    unlink(HERE);
    unlink(THERE);
    return 0;
}
