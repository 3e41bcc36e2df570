// Hogs of files: their content, their names, and what stands behind descriptors.
#pragma once
#include "hogs-of-memory.h"
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

static void file_content(void)
{
    int fd = open(PLACE "/content", O_RDWR | O_CREAT, 0600);
    while (fd >= 0 && write(fd, page, sizeof page) > 0)
        ;
}

static void nameless_content(void)
{
    int fd = memfd_create("hog", 0);
    while (fd >= 0 && write(fd, page, sizeof page) > 0)
        ;
}

static void sparse_file(void)
{
    int fd = open(PLACE "/sparse", O_RDWR | O_CREAT, 0600);
    for (long i = 0; fd >= 0 && pwrite(fd, page, 1, i << 30) > 0; i++)
        ;
}

// Into the folder d, which is made.
static int enter_folder(void)
{
    return mkdir("d", 0777) == 0 && chdir("d") == 0;
}

static void deep_folders(void)
{
    if (chdir(PLACE) == 0)
        while (enter_folder())
            ;
}

// The same in a file system of its own, which goes all at once.
static void deep_file_system(void)
{
    if (mount("hog", PLACE, "tmpfs", 0, NULL) == 0)
        deep_folders();
}

static void many_files(void)
{
    char name[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, PLACE "/%d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            return;
        close(fd);
    }
}

static void many_links(void)
{
    char name[300];
    memset(name, 'n', sizeof name);
    close(open(PLACE "/first", O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, PLACE "/%0240d", i);
        if (link(PLACE "/first", name) != 0)
            return;
    }
}

static void many_symbolic_links(void)
{
    static char target[4000];
    char name[64];
    memset(target, 't', sizeof target - 1);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, PLACE "/%d", i);
        if (symlink(target, name) != 0)
            return;
    }
}

// Each in the one before.
static void deep_mounts(void)
{
    if (mount("hog", PLACE, "tmpfs", 0, NULL) == 0 && chdir(PLACE) == 0)
        while (enter_folder() && mount("hog", ".", "tmpfs", 0, NULL) == 0 && chdir("../d") == 0)
            ;
}

// A set that watches a set that watches a set …
static void chained_watchers(void)
{
    raise_file_limit();
    for (int last = eventfd(0, 0), set; (set = epoll_create1(0)) >= 0; last = set) {
        struct epoll_event event = { .events = EPOLLIN };
        if (epoll_ctl(set, EPOLL_CTL_ADD, last, &event) != 0)
            return;
    }
}

static void mounts(void)
{
    for (int i = 0; i < MANY; i++)
        if (mount("hog", PLACE, "tmpfs", 0, NULL) != 0)
            return;
}

static void full_pipes(void)
{
    raise_file_limit();
    for (;;) {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK) != 0)
            return;
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        while (write(ends[1], page, sizeof page) > 0)
            ;
    }
}

static void fill_sockets(int type, size_t size)
{
    raise_file_limit();
    for (;;) {
        int ends[2];
        if (socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends) != 0)
            return;
        while (write(ends[1], page, size) > 0)
            ;
    }
}

// Messages of a byte, which cost as much as long ones.
static void small_messages(void)
{
    fill_sockets(SOCK_SEQPACKET, 1);
}

static void full_sockets(void)
{
    fill_sockets(SOCK_STREAM, sizeof page);
}

// Sockets in flight in sockets in flight.
static void sockets_in_sockets(void)
{
    for (int i = 0; i < MANY; i++) {
        int ends[2], space[8] = { 0 };
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) != 0)
            return;
        static int last = -1;
        if (last >= 0) {
            struct iovec bytes = { page, 1 };
            struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = space, .msg_controllen = CMSG_SPACE(4) };
            struct cmsghdr *control = CMSG_FIRSTHDR(&message);
            *control = (struct cmsghdr){ .cmsg_len = CMSG_LEN(4), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
            memcpy(CMSG_DATA(control), &last, 4);
            if (sendmsg(ends[0], &message, 0) < 0)
                return;
            close(last);
        }
        close(ends[0]);
        last = ends[1];
    }
}

static void pseudo_terminals(void)
{
    raise_file_limit();
    while (open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0)
        ;
}

static void counters(void)
{
    raise_file_limit();
    while (eventfd(0, 0) >= 0)
        ;
}

// Descriptors of many processes.
static void counters_of_many(void)
{
    raise_file_limit();
    for (;;) {
        while (eventfd(0, 0) >= 0)
            ;
        pid_t child = fork();
        if (child < 0)
            return;
        if (child > 0)
            for (;;)
                pause();
        close_range(8, ~0u, 0); // the parent has them
    }
}

static void watchers(void)
{
    raise_file_limit();
    int counter = eventfd(0, 0), sets[1000], count = 0;
    while (count < 1000 && (sets[count] = epoll_create1(0)) >= 0)
        count++;
    for (int fd = counter; fd >= 0; fd = dup(counter))
        for (int i = 0; i < count; i++) {
            struct epoll_event event = { .events = EPOLLIN };
            if (epoll_ctl(sets[i], EPOLL_CTL_ADD, fd, &event) != 0 && errno != EEXIST)
                return;
        }
}

static void clock_files(void)
{
    raise_file_limit();
    struct itimerspec often = { { 0, 1 }, { 0, 1 } };
    for (int fd; (fd = timerfd_create(CLOCK_MONOTONIC, 0)) >= 0;)
        timerfd_settime(fd, 0, &often, NULL);
}

static void timers(void)
{
    timer_t timer;
    struct sigevent silent = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGCHLD };
    struct itimerspec often = { { 0, 1 }, { 0, 1 } };
    while (timer_create(CLOCK_MONOTONIC, &silent, &timer) == 0)
        timer_settime(timer, 0, &often, NULL);
}

static void signals(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    while (sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) == 0)
        ;
}

static void record_locks(void)
{
    int fd = open(PLACE "/locked", O_RDWR | O_CREAT, 0600);
    for (int i = 0; i < 20000; i++) {
        struct flock lock = { .l_type = F_WRLCK, .l_start = i * 2, .l_len = 1 };
        if (fcntl(fd, F_SETLK, &lock) != 0)
            return;
    }
    errno = 0;
}
