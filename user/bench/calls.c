// Rows: calls that do little, readiness, signals.
#include "bench.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int fd, other;
static struct pollfd polled[100];
static char byte;

static void null_call(unsigned n) {
    while (n--) syscall(SYS_getppid);
}

// Linux's second gate is INT 0x80 with the numbers of 32-bit programs; Cor's own is INT 0x14.
static long second_gate = 0x80;

static void int_call(unsigned n) {
    if (second_gate == 0x80) {
        while (n--) {
            long result = 64; // getppid
            __asm__ volatile("int $0x80" : "+a"(result)::"memory", "r8", "r9", "r10", "r11");
        }
    } else {
        while (n--) {
            long result = 11; // close, of what is not open
            __asm__ volatile("int $0x14" : "+a"(result) : "D"(-1L) : "memory");
        }
    }
}

static void start_int(long argument) {
    char version[256] = {0};
    int file = NEED(open("/proc/version", O_RDONLY));
    read(file, version, sizeof version - 1);
    if (strstr(version, "Cor ")) second_gate = 0x14;
}

static void start_read(long argument) { fd = NEED(open("/dev/zero", O_RDONLY)); }
static void start_write(long argument) { fd = NEED(open("/dev/null", O_WRONLY)); }
static void read_byte(unsigned n) { while (n--) read(fd, &byte, 1); }
static void write_byte(unsigned n) { while (n--) write(fd, &byte, 1); }

static void stat_file(unsigned n) {
    struct stat status;
    while (n--) stat("/bin/busybox", &status);
}

static void start_fstat(long argument) { fd = NEED(open("/bin/busybox", O_RDONLY)); }
static void fstat_file(unsigned n) {
    struct stat status;
    while (n--) fstat(fd, &status);
}

static void open_close(unsigned n) {
    while (n--) close(open("/bin/busybox", O_RDONLY));
}

// So many pipes' reading ends; the last has something to read, as a server would find it.
static long watched;
static void start_watching(long count) {
    watched = count;
    for (int i = 0; i < count; i++) {
        int ends[2];
        NEED(pipe(ends));
        // Close what is not asked about, so that numbers stay below 128.
        if (i + 1 < count) {
            polled[i] = (struct pollfd){ends[0], POLLIN, 0};
        } else {
            NEED(write(ends[1], &byte, 1));
            polled[i] = (struct pollfd){ends[0], POLLIN, 0};
        }
    }
}
static void select_all(unsigned n) {
    fd_set all, ready;
    FD_ZERO(&all);
    int most = 0;
    for (int i = 0; i < watched; i++) {
        FD_SET(polled[i].fd, &all);
        if (polled[i].fd > most) most = polled[i].fd;
    }
    while (n--) {
        ready = all;
        struct timeval none = {0, 0};
        select(most + 1, &ready, NULL, NULL, &none);
    }
}
static void poll_all(unsigned n) { while (n--) poll(polled, watched, 0); }

static void start_epoll(long count) {
    start_watching(count);
    fd = NEED(epoll_create1(0));
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = polled[i].fd};
        NEED(epoll_ctl(fd, EPOLL_CTL_ADD, polled[i].fd, &event));
    }
}
static void epoll_all(unsigned n) {
    struct epoll_event events[8];
    while (n--) epoll_wait(fd, events, 8, 0);
}

static void nothing(int signal) {}
static void install(unsigned n) {
    struct sigaction action = {.sa_handler = nothing};
    while (n--) sigaction(SIGUSR1, &action, NULL);
}
static void start_catch(long argument) {
    signal(SIGUSR1, nothing);
    other = getpid();
}
static void catch_own(unsigned n) { while (n--) kill(other, SIGUSR1); }

// Two processes that answer each other's signals: an operation is there and back.
static sigset_t usual;
static void start_other(long argument) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGUSR1);
    signal(SIGUSR1, nothing);
    sigprocmask(SIG_BLOCK, &held, &usual);
    pid_t parent = getpid();
    other = NEED(fork());
    if (other == 0) {
        alarm(60);
        for (;;) {
            sigsuspend(&usual);
            if (kill(parent, SIGUSR1)) _exit(0);
        }
    }
}
static void signal_other(unsigned n) {
    while (n--) {
        kill(other, SIGUSR1);
        sigsuspend(&usual);
    }
}

const struct row call_rows[] = {
    {"null", "getppid by SYSCALL", 10000, null_call},
    {"null-int", "the least call by the second gate (INT)", 10000, int_call, start_int},
    {"read-1", "1 byte from /dev/zero", 10000, read_byte, start_read},
    {"write-1", "1 byte to /dev/null", 10000, write_byte, start_write},
    {"stat", "stat of /bin/busybox", 5000, stat_file},
    {"fstat", "fstat of a file", 10000, fstat_file, start_fstat},
    {"open-close", "open and close of /bin/busybox", 5000, open_close},
    {"select-10", "select on 10 pipes", 2000, select_all, start_watching, 10},
    {"select-100", "select on 100 pipes", 500, select_all, start_watching, 100},
    {"poll-10", "poll on 10 pipes", 2000, poll_all, start_watching, 10},
    {"poll-100", "poll on 100 pipes", 500, poll_all, start_watching, 100},
    {"epoll", "epoll_wait on 100 pipes, one ready", 5000, epoll_all, start_epoll, 100},
    {"signal-install", "sigaction", 10000, install},
    {"signal-catch", "a signal to oneself, caught", 5000, catch_own, start_catch},
    {"signal-other", "a signal to another process, and one back", 1000, signal_other, start_other},
    {0},
};
