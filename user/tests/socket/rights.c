// SCM_RIGHTS: descriptors travel, with and without room for them, and bytes stop behind them.
#include "rights.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void)
{
    int ends[2], pipe_ends[2], got[4];
    char bytes[32];
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    SUCCEED(pipe(pipe_ends));

    // The same open file under another number.
    EQUAL(send_files(ends[0], "x", 1, (int[]){pipe_ends[1]}, 1), 1);
    SUCCEED(close(pipe_ends[1]));
    int flags = 0;
    EQUAL(receive_files(ends[1], bytes, sizeof bytes, got, 4, MSG_CMSG_CLOEXEC, &flags), 1);
    EQUAL(flags, MSG_CMSG_CLOEXEC);
    EQUAL(fcntl(got[0], F_GETFD), FD_CLOEXEC);
    EQUAL(write(got[0], "through", 7), 7);
    EQUAL(read(pipe_ends[0], bytes, sizeof bytes), 7);
    SUCCEED(close(got[0]));
    EQUAL(read(pipe_ends[0], bytes, sizeof bytes), 0);

    // Bytes before go with them, bytes behind do not: unix(7).
    EQUAL(send(ends[0], "1234", 4, 0), 4);
    EQUAL(send_files(ends[0], "5", 1, (int[]){pipe_ends[0], ends[0]}, 2), 1);
    EQUAL(send(ends[0], "6789", 4, 0), 4);
    EQUAL(receive_files(ends[1], bytes, 20, got, 4, 0, &flags), 2);
    EQUAL(received, 5);
    close(got[0]), close(got[1]);
    EQUAL(receive_files(ends[1], bytes, 20, got, 4, 0, &flags), 0);
    EQUAL(received, 4);

    // No room: what does not fit is closed, and that is told.
    EQUAL(send_files(ends[0], "x", 1, (int[]){pipe_ends[0], pipe_ends[0], pipe_ends[0]}, 3), 1);
    EQUAL(receive_files(ends[1], bytes, 1, got, 1, 0, &flags), 2);
    EQUAL(flags & MSG_CTRUNC, MSG_CTRUNC);
    close(got[0]), close(got[1]);
    EQUAL(send_files(ends[0], "x", 1, (int[]){pipe_ends[0]}, 1), 1);
    EQUAL(receive_files(ends[1], bytes, 1, got, 0, 0, &flags), 0);
    EQUAL(flags & MSG_CTRUNC, MSG_CTRUNC);
    EQUAL(send_files(ends[0], "x", 1, (int[]){pipe_ends[0]}, 1), 1);
    EQUAL(read(ends[1], bytes, 1), 1);
    int next = SUCCEED(dup(0));
    EQUAL(next, pipe_ends[1]);

    // A look gives copies, and leaves them there.
    EQUAL(send_files(ends[0], "x", 1, (int[]){pipe_ends[0]}, 1), 1);
    EQUAL(receive_files(ends[1], bytes, 1, got, 1, MSG_PEEK, &flags), 1);
    EQUAL(receive_files(ends[1], bytes, 1, got + 1, 1, 0, &flags), 1);
    CHECK(got[0] != got[1]);

    EXPECT_ERRNO(send_files(ends[0], "x", 1, (int[]){-1}, 1), EBADF);
    EXPECT_ERRNO(send_files(ends[0], "x", 1, (int[]){999}, 1), EBADF);
    int many[254] = {0};
    EXPECT_ERRNO(send_files(ends[0], "x", 1, many, 254), EINVAL);
    EQUAL(send_files(ends[0], "x", 1, many, 253), 1);
    return 0;
}
