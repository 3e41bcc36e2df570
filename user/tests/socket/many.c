// build: -O2 -static
// sendmmsg(2), recvmmsg(2), and msghdr's errors.
#include "../test.h"
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

int main(void)
{
    int ends[2];
    char in[4][8];
    struct iovec out_places[3] = {{"one", 3}, {"two", 3}, {"three", 5}}, in_places[4];
    struct mmsghdr out[3] = {0}, into[4] = {0};
    for (int i = 0; i < 3; i++)
        out[i].msg_hdr.msg_iov = &out_places[i], out[i].msg_hdr.msg_iovlen = 1;
    for (int i = 0; i < 4; i++) {
        in_places[i] = (struct iovec){in[i], sizeof in[i]};
        into[i].msg_hdr.msg_iov = &in_places[i], into[i].msg_hdr.msg_iovlen = 1;
    }
    SUCCEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    EQUAL(sendmmsg(ends[0], out, 3, 0), 3);
    EQUAL(out[2].msg_len, 5);
    EQUAL(recvmmsg(ends[1], into, 4, MSG_WAITFORONE, 0), 3);
    EQUAL(into[2].msg_len, 5);
    EQUAL(memcmp(in[2], "three", 5), 0);
    EXPECT_ERRNO(recvmmsg(ends[1], into, 4, MSG_DONTWAIT, 0), EAGAIN);
    EQUAL(sendmmsg(ends[0], out, 2, 0), 2);
    struct timespec time = {0, 0};
    EQUAL(recvmmsg(ends[1], into, 4, 0, &time), 1);
    EQUAL(recvmmsg(ends[1], into, 1, 0, 0), 1);
    struct timespec bad = {0, 2000000000};
    EXPECT_ERRNO(recvmmsg(ends[1], into, 1, 0, &bad), EINVAL);
    EXPECT_ERRNO(recvmmsg(-1, into, 1, 0, 0), EBADF);
    EXPECT_ERRNO(sendmmsg(ends[0], BAD, 1, 0), EFAULT);
    EQUAL(sendmmsg(ends[0], out, 0, 0), 0);

    struct msghdr message = {.msg_iov = out_places, .msg_iovlen = 1025};
    EXPECT_ERRNO(sendmsg(ends[0], &message, 0), EMSGSIZE);
    message = (struct msghdr){.msg_iov = BAD, .msg_iovlen = 1};
    EXPECT_ERRNO(sendmsg(ends[0], &message, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sendmsg, ends[0], BAD, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_recvmsg, ends[0], BAD, 0), EFAULT);
    EXPECT_ERRNO(recv(ends[0], in, 1, MSG_DONTWAIT), EAGAIN);
    EXPECT_ERRNO(send(1000, "x", 1, 0), EBADF);
    // A control message that is not one.
    char control[64] __attribute__((aligned(8))) = {0};
    message = (struct msghdr){.msg_iov = out_places, .msg_iovlen = 1, .msg_control = control, .msg_controllen = 32};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET, header->cmsg_type = 77, header->cmsg_len = CMSG_LEN(4);
    EXPECT_ERRNO(sendmsg(ends[0], &message, 0), EINVAL);
    header->cmsg_len = 5;
    EXPECT_ERRNO(sendmsg(ends[0], &message, 0), EINVAL);
    header->cmsg_len = 500;
    EXPECT_ERRNO(sendmsg(ends[0], &message, 0), EINVAL);
    // Another level's is passed over.
    header->cmsg_level = 6, header->cmsg_len = CMSG_LEN(4);
    EQUAL(sendmsg(ends[0], &message, 0), 3);
    return 0;
}
