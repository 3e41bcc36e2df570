// Addresses of unix(7).
#pragma once

#include "../test.h"
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

// The address of a path.
static inline struct sockaddr_un at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return address;
}

// An address and its length, as calls want them.
#define ADDRESS(address) (struct sockaddr *)&(address), sizeof(address)

// A socket that listens at a path.
static inline int listen_at(const char *path, int type, int backlog)
{
    struct sockaddr_un address = at(path);
    int fd = SUCCEED(socket(AF_UNIX, type, 0));
    unlink(path);
    SUCCEED(bind(fd, ADDRESS(address)));
    SUCCEED(listen(fd, backlog));
    return fd;
}

// A socket that is connected to a path.
static inline int connect_to(const char *path, int type)
{
    struct sockaddr_un address = at(path);
    int fd = SUCCEED(socket(AF_UNIX, type, 0));
    SUCCEED(connect(fd, ADDRESS(address)));
    return fd;
}
