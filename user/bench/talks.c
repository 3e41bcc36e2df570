// Rows: processes and threads that talk: pipes, sockets, futexes, switching between them.
#include "bench.h"
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

static char buffer[65536];
static int to[2], from[2];

static void make_pair(long is_socket, int *ends) {
    if (is_socket) {
        NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        // The first end reads, as a pipe's does.
    } else {
        NEED(pipe(ends));
    }
}

// A process that sends each byte back.
static void start_echo(long is_socket) {
    make_pair(is_socket, to);
    make_pair(is_socket, from);
    if (NEED(fork()) == 0) {
        char byte;
        close(to[1]);
        while (read(to[0], &byte, 1) == 1) write(from[1], &byte, 1);
        _exit(0);
    }
    close(to[0]);
}
static void round_trip(unsigned n) {
    char byte = 0;
    while (n--) {
        write(to[1], &byte, 1);
        read(from[0], &byte, 1);
    }
}

// A process that writes as much as fits.
static void start_flood(long is_socket) {
    make_pair(is_socket, to);
    if (NEED(fork()) == 0) {
        close(to[0]);
        while (write(to[1], buffer, sizeof buffer) > 0) {}
        _exit(0);
    }
    close(to[1]);
}
static void drain(unsigned n) {
    while (n--) {
        for (size_t got = 0; got < sizeof buffer;) {
            long some = read(to[0], buffer, sizeof buffer - got);
            if (some <= 0) missing("read");
            got += some;
        }
    }
}

// Processes in a ring of pipes that hand a token on, each after reading so many KiB of its own.
static int ring[16][2];
static long ring_size, ring_bytes;
static volatile long sum;
static void read_own(const char *memory) {
    for (long at = 0; at < ring_bytes; at += 64) sum += memory[at];
}
static void start_ring(long argument) {
    ring_size = argument / 1000;
    ring_bytes = argument % 1000 * 1024;
    for (int i = 0; i < ring_size; i++) NEED(pipe(ring[i]));
    for (int i = 1; i < ring_size; i++) {
        if (NEED(fork()) == 0) {
            char token, *memory = malloc(65536);
            memset(memory, 1, 65536);
            // Only the starter keeps the writing end that keeps the ring alive.
            for (int j = 0; j < ring_size; j++) {
                if (j != i) close(ring[j][1]);
            }
            while (read(ring[i - 1][0], &token, 1) == 1) {
                read_own(memory);
                if (write(ring[i][1], &token, 1) != 1) break;
            }
            _exit(0);
        }
    }
    for (int i = 1; i < ring_size; i++) close(ring[i][1]);
    memset(buffer, 1, sizeof buffer);
}
static void pass_on(unsigned n) {
    char token = 0;
    // A round is as many switches as there are processes.
    for (unsigned done = 0; done < n; done += ring_size) {
        write(ring[0][1], &token, 1);
        read(ring[ring_size - 1][0], &token, 1);
        read_own(buffer);
    }
}

static int word;
enum { WAKE_PRIVATE = 1 | 128 }; // FUTEX_WAKE, FUTEX_PRIVATE_FLAG
static void wake_nobody(unsigned n) {
    while (n--) syscall(SYS_futex, &word, WAKE_PRIVATE, 1, NULL, NULL, 0);
}

// Three threads that want a lock whose holder gives way, so that it is always wanted; an operation is one turn.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile unsigned turns, wanted;
static void *take_turns(void *argument) {
    for (;;) {
        pthread_mutex_lock(&mutex);
        int done = turns >= wanted;
        if (!done) turns++;
        sched_yield();
        pthread_mutex_unlock(&mutex);
        if (done) return NULL;
    }
}
static void contend(unsigned n) {
    pthread_t threads[3];
    turns = 0;
    wanted = n;
    for (int i = 0; i < 3; i++) {
        if ((errno = pthread_create(&threads[i], NULL, take_turns, NULL))) missing("pthread_create");
    }
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

#define RING(processes, kib) \
    {"switch-" #processes "p-" #kib "k", "a switch among " #processes " processes of " #kib " KiB", 960, pass_on, \
     start_ring, processes * 1000 + kib}

const struct row talk_rows[] = {
    {"pipe", "a byte through a pipe, and back", 1000, round_trip, start_echo, 0},
    {"unix", "a byte through an AF_UNIX socket, and back", 1000, round_trip, start_echo, 1},
    {"pipe-64k", "64 KiB through a pipe", 100, drain, start_flood, 0},
    {"unix-64k", "64 KiB through an AF_UNIX socket", 100, drain, start_flood, 1},
    RING(2, 0), RING(2, 16), RING(2, 64),
    RING(8, 0), RING(8, 16), RING(8, 64),
    RING(16, 0), RING(16, 16), RING(16, 64),
    {"futex-wake", "FUTEX_WAKE that finds nobody", 10000, wake_nobody},
    {"mutex", "a turn of three threads at a lock", 1000, contend},
    {0},
};
