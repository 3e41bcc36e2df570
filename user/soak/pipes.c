// Writes of all sizes go round a ring of processes through pipes, so many in all, and none is lost or changed: pipes WRITES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATIONS = 4, LARGEST = 9000 };

static unsigned char block[LARGEST];

static int read_all(int fd, void *into, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t count = read(fd, (char *)into + done, size - done);
        if (count <= 0)
            return 0;
        done += (size_t)count;
    }
    return 1;
}

// Sizes are small, mostly; the rounds tell the bytes.
static size_t size_of(long round) { return round % 64 ? (size_t)(round % 200) + 1 : LARGEST; }

static int pass_on(int from, int to, long rounds)
{
    for (long round = 0; round < rounds; round++) {
        size_t size = size_of(round);
        if (!read_all(from, block, size) || block[0] != (unsigned char)round || block[size - 1] != (unsigned char)round)
            return 1;
        if (write(to, block, size) != (ssize_t)size)
            return 1;
    }
    return 0;
}

static int go_round(int from, int to, long rounds)
{
    for (long round = 0; round < rounds; round++) {
        size_t size = size_of(round);
        memset(block, (unsigned char)round, size);
        if (write(to, block, size) != (ssize_t)size || !read_all(from, block, size) || block[size / 2] != (unsigned char)round)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    long rounds = (argc > 1 ? atol(argv[1]) : 10000) / STATIONS;
    int pipes[STATIONS][2], failed = 0;
    for (int i = 0; i < STATIONS; i++)
        if (pipe(pipes[i]) != 0)
            return 1;
    for (int i = 1; i < STATIONS; i++)
        if (fork() == 0)
            _exit(pass_on(pipes[i - 1][0], pipes[i][1], rounds));
    failed = go_round(pipes[STATIONS - 1][0], pipes[0][1], rounds);
    for (int i = 1, status; i < STATIONS; i++)
        failed |= wait(&status) < 0 || status != 0;
    if (failed)
        printf("something was lost or changed on its way\n");
    return failed;
}
