// build: musl
// bind(2), listen(2), connect(2), accept(2) with a path: names, owners, and what is not accepted any more.
#include "address.h"
#include <fcntl.h>
#include <sys/stat.h>

#define PATH "/tmp/connect.socket"

int main(void)
{
    char bytes[16];
    umask(022);
    int listener = listen_at(PATH, SOCK_STREAM, 5);
    struct stat stat;
    SUCCEED(lstat(PATH, &stat));
    CHECK(S_ISSOCK(stat.st_mode));
    EQUAL(stat.st_mode & 07777, 0755);
    EXPECT_ERRNO(open(PATH, O_RDWR), ENXIO);

    int client = connect_to(PATH, SOCK_STREAM);
    // What is sent before it is accepted waits.
    EQUAL(send(client, "early", 5, 0), 5);
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int server = SUCCEED(accept4(listener, (struct sockaddr *)&name, &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
    EQUAL(length, sizeof(sa_family_t));
    EQUAL(fcntl(server, F_GETFD), FD_CLOEXEC);
    EQUAL(fcntl(server, F_GETFL), O_RDWR | O_NONBLOCK);
    EQUAL(recv(server, bytes, sizeof bytes, 0), 5);
    EXPECT_ERRNO(recv(server, bytes, sizeof bytes, 0), EAGAIN);

    length = sizeof name;
    SUCCEED(getpeername(client, (struct sockaddr *)&name, &length));
    EQUAL(length, offsetof(struct sockaddr_un, sun_path) + strlen(PATH) + 1);
    EQUAL(strcmp(name.sun_path, PATH), 0);
    length = sizeof name;
    SUCCEED(getsockname(server, (struct sockaddr *)&name, &length));
    EQUAL(strcmp(name.sun_path, PATH), 0);
    length = sizeof name;
    SUCCEED(getsockname(client, (struct sockaddr *)&name, &length));
    EQUAL(length, sizeof(sa_family_t));
    EXPECT_ERRNO(getpeername(listener, (struct sockaddr *)&name, &length), ENOTCONN);

    // The name may be cut; its whole length is told.
    length = 4;
    SUCCEED(getsockname(server, (struct sockaddr *)&name, &length));
    EQUAL(length, offsetof(struct sockaddr_un, sun_path) + strlen(PATH) + 1);

    // The one that waits to be accepted is reset when the listener goes; the path stays, and nobody is behind it.
    int waiting = connect_to(PATH, SOCK_STREAM);
    SUCCEED(close(listener));
    EXPECT_ERRNO(recv(waiting, bytes, 1, 0), ECONNRESET);
    EQUAL(recv(waiting, bytes, 1, 0), 0);
    struct sockaddr_un address = at(PATH);
    int late = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_ERRNO(connect(late, ADDRESS(address)), ECONNREFUSED);
    EXPECT_ERRNO(bind(late, ADDRESS(address)), EADDRINUSE);
    SUCCEED(unlink(PATH));
    SUCCEED(bind(late, ADDRESS(address)));
    SUCCEED(unlink(PATH));
    return 0;
}
