// build: musl
// What splice(2) and sendfile(2) put into a pipe or a socket are a file's pages, and what vmsplice(2) does are the program's: who changes them changes
// what is on its way. What tee(2) and later writes add stands beside them, and never in them.
#include "../test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define FILE_ "/tmp/splice-shares"

static char back[1 << 17];
static int ends[2];

static void expect(int length, const char *start)
{
    EQUAL(read(ends[0], back, length), length);
    EQUAL(memcmp(back, start, strlen(start)), 0);
}

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    for (int page = 0; page < 32; page++) {
        memset(back, 'a' + page % 26, 4096);
        EQUAL(write(file, back, 4096), 4096);
    }
    SUCCEED(pipe(ends));

    // A change of the file is seen in the pipe.
    long offset = 4000;
    EQUAL(splice(file, &offset, ends[1], NULL, 200, 0), 200);
    EQUAL(pwrite(file, "XY", 2, 4000), 2);
    // What is written behind goes into no page of the file.
    EQUAL(write(ends[1], "behind", 6), 6);
    EQUAL(read(ends[0], back, 300), 206);
    EQUAL(memcmp(back, "XYaa", 4), 0);
    EQUAL(back[96], 'b');
    EQUAL(memcmp(back + 200, "behind", 6), 0);
    EQUAL(pread(file, back, 8, 4096 + 104), 8);
    EQUAL(memcmp(back, "bbbbbbbb", 8), 0);

    // A file that goes meanwhile stays in the pipe.
    offset = 8192;
    EQUAL(splice(file, &offset, ends[1], NULL, 4096, 0), 4096);
    SUCCEED(ftruncate(file, 8192));
    EQUAL(write(ends[1], "behind", 6), 6);
    expect(4096, "cccc");
    expect(6, "behind");
    SUCCEED(ftruncate(file, 32 * 4096));

    // As much as there is room for, by splice and sendfile alike; holes are zeros.
    SUCCEED(lseek(file, 0, SEEK_SET));
    EQUAL(splice(file, NULL, ends[1], NULL, 1 << 20, 0), 65536);
    EQUAL(lseek(file, 0, SEEK_CUR), 65536);
    EXPECT_ERRNO(splice(file, NULL, ends[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
    EQUAL(read(ends[0], back, 65536), 65536);
    EQUAL(back[0], 'a');
    EQUAL(back[8191], 'b');
    EQUAL(back[8192] | back[65535], 0);
    offset = 0;
    EQUAL(sendfile(ends[1], file, &offset, 1 << 20), 65536);
    EQUAL(offset, 65536);
    EQUAL(read(ends[0], back, 65536), 65536);

    // A socket takes a file's pages likewise, and what is sent behind goes into none of them.
    int sockets[2];
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    offset = 4090;
    EQUAL(sendfile(sockets[0], file, &offset, 10), 10);
    EQUAL(write(sockets[0], "behind", 6), 6);
    EQUAL(read(sockets[1], back, 100), 16);
    EQUAL(memcmp(back, "aaaaaabbbbbehind", 16), 0);
    EQUAL(pread(file, back, 8, 4096), 8);
    EQUAL(memcmp(back, "bbbbbbbb", 8), 0);
    EQUAL(write(sockets[0], "again", 5), 5);
    EQUAL(read(sockets[1], back, 100), 5);
    EQUAL(pread(file, back, 8, 0), 8);
    EQUAL(memcmp(back, "aaaaaaaa", 8), 0);

    // The program's own memory, also when it is unmapped meanwhile.
    char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 'm', 8192);
    struct iovec parts[] = {{memory + 4090, 10}, {NULL, 0}, {memory, 3}};
    EQUAL(vmsplice(ends[1], parts, 3, 0), 13);
    memory[4095] = 'n';
    EQUAL(read(ends[0], back, 100), 13);
    EQUAL(memcmp(back, "mmmmmnmmmmmmm", 13), 0);
    EQUAL(vmsplice(ends[1], parts, 1, 0), 10);
    SUCCEED(munmap(memory, 8192));
    EQUAL(write(ends[1], "behind", 6), 6);
    EQUAL(read(ends[0], back, 100), 16);
    EQUAL(memcmp(back, "mmmmmnmmmmbehind", 16), 0);
    // Up to what cannot be read; and nothing of what cannot.
    memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SUCCEED(munmap(memory + 4096, 4096));
    struct iovec over = {memory, 8192};
    EQUAL(vmsplice(ends[1], &over, 1, 0), 4096);
    expect(4096, "");
    over.iov_base = memory + 4096;
    EXPECT_ERRNO(vmsplice(ends[1], &over, 1, 0), EFAULT);

    // Nobody reads.
    SUCCEED(close(ends[0]));
    signal(SIGPIPE, SIG_IGN);
    EXPECT_ERRNO(splice(file, NULL, ends[1], NULL, 10, 0), EPIPE);
    EXPECT_ERRNO(vmsplice(ends[1], parts + 2, 1, 0), EPIPE);
    SUCCEED(unlink(FILE_));
}
