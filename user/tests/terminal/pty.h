// Pseudo-terminals in tests.
#pragma once

#include "../process.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

// A master, and its slave opened without becoming anybody's terminal.
static inline int open_pair(int *slave)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0)
        SKIP("no pseudo-terminals");
    SUCCEED(grantpt(master));
    SUCCEED(unlockpt(master));
    *slave = SUCCEED(open(ptsname(master), O_RDWR | O_NOCTTY));
    return master;
}

// Sets flags of a terminal, and takes others away.
static inline void set_local(int fd, tcflag_t set, tcflag_t clear)
{
    struct termios settings;
    SUCCEED(tcgetattr(fd, &settings));
    settings.c_lflag = (settings.c_lflag | set) & ~clear;
    SUCCEED(tcsetattr(fd, TCSANOW, &settings));
}

// Puts a terminal into raw mode, where a read waits for so many bytes, or so many tenths of a second.
static inline void set_raw(int fd, int minimum, int tenths)
{
    struct termios settings;
    SUCCEED(tcgetattr(fd, &settings));
    cfmakeraw(&settings);
    settings.c_cc[VMIN] = minimum;
    settings.c_cc[VTIME] = tenths;
    SUCCEED(tcsetattr(fd, TCSANOW, &settings));
}

static inline void type(int master, const char *text) { EQUAL(write(master, text, strlen(text)), strlen(text)); }

// This text, and no other, must come.
#define READS(fd, text)                                                              \
    do {                                                                             \
        char got_[256];                                                              \
        size_t have_ = 0, want_ = sizeof(text) - 1;                                  \
        while (have_ < want_) {                                                      \
            struct pollfd poll_ = {fd, POLLIN, 0};                                   \
            if (poll(&poll_, 1, 5000) != 1)                                          \
                FAIL("only %zu of %zu bytes came: %.*s", have_, want_, (int)have_, got_); \
            have_ += SUCCEED(read(fd, got_ + have_, sizeof got_ - have_));           \
        }                                                                            \
        if (have_ != want_ || memcmp(got_, text, want_))                             \
            FAIL("came: %.*s, not: %s", (int)have_, got_, text);                     \
    } while (0)

// What poll(2) says at once.
static inline int ready(int fd)
{
    struct pollfd poll_ = {fd, POLLIN | POLLOUT | POLLPRI, 0};
    SUCCEED(poll(&poll_, 1, 0));
    return poll_.revents;
}

// Waits until poll(2) says this of a file.
static inline void wait_ready(int fd, int events)
{
    struct pollfd poll_ = {fd, events, 0};
    EQUAL(poll(&poll_, 1, 5000), 1);
}

// A child that leads a session whose terminal is this slave, which is its standard input, output and error.
static inline pid_t start_session(int slave)
{
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setsid());
        SUCCEED(ioctl(slave, TIOCSCTTY, 0));
    }
    return child;
}

// Waits for this byte from another process, and sends it.
static inline void await(int fd)
{
    char byte;
    EQUAL(read(fd, &byte, 1), 1);
}
static inline void tell(int fd) { EQUAL(write(fd, "!", 1), 1); }
