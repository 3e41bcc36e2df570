// Sending and receiving descriptors.
#pragma once

#include "../test.h"
#include <sys/socket.h>

// What the last receive_files received besides.
static long received;

// Sends bytes with descriptors; what sendmsg(2) returns.
static inline long send_files(int fd, const char *bytes, size_t length, const int *files, int count)
{
    static char control[2048] __attribute__((aligned(8)));
    struct iovec place = {(void *)bytes, length};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1};
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    memset(header, 0, sizeof *header);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), files, count * sizeof(int));
    return sendmsg(fd, &message, 0);
}

// Receives bytes and descriptors, with room for so many (two share one's space); how many came.
static inline int receive_files(int fd, char *bytes, size_t length, int *files, int room, int how, int *flags)
{
    char control[256] __attribute__((aligned(8)));
    struct iovec place = {bytes, length};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1};
    message.msg_control = room ? control : 0;
    message.msg_controllen = room ? CMSG_SPACE(room * sizeof(int)) : 0;
    received = SUCCEED(recvmsg(fd, &message, how));
    *flags = message.msg_flags;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header)
        return 0;
    EQUAL(header->cmsg_level, SOL_SOCKET);
    EQUAL(header->cmsg_type, SCM_RIGHTS);
    int count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(files, CMSG_DATA(header), count * sizeof(int));
    return count;
}
