// What every test program uses. A check that fails prints where and what, and ends the program with 1.
// Ending with 0 is passing, with 77 skipping.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Fixtures that lie in the root.
#define FILES "/tests/files/"

#define FAIL(...)                                               \
    do {                                                        \
        printf("%s:%d: ", __FILE_NAME__, __LINE__);                  \
        printf(__VA_ARGS__);                                    \
        printf("\n");                                           \
        exit(1);                                                \
    } while (0)

#define SKIP(...)                                               \
    do {                                                        \
        printf(__VA_ARGS__);                                    \
        printf("\n");                                           \
        exit(77);                                               \
    } while (0)

#define CHECK(condition)                                        \
    do {                                                        \
        if (!(condition))                                       \
            FAIL("not so: %s", #condition);                     \
    } while (0)

// A call that must succeed; its value.
#define SUCCEED(call)                                           \
    ({                                                          \
        long value_ = (long)(call);                             \
        if (value_ == -1)                                       \
            FAIL("%s: %s (%d)", #call, strerror(errno), errno); \
        value_;                                                 \
    })

// Two integers that must be the same.
#define EQUAL(is, must)                                         \
    do {                                                        \
        long is_ = (long)(is), must_ = (long)(must);            \
        if (is_ != must_)                                       \
            FAIL("%s is %ld (%#lx), not %ld (%#lx)",            \
                 #is, is_, is_, must_, must_);                  \
    } while (0)

// A call that must return -1 and this error.
#define EXPECT_ERRNO(call, error)                               \
    do {                                                        \
        errno = 0;                                              \
        long value_ = (long)(call);                             \
        int errno_ = errno;                                     \
        if (value_ != -1)                                       \
            FAIL("%s is %ld, not " #error, #call, value_);      \
        if (errno_ != (error))                                  \
            FAIL("%s fails with %d (%s), not " #error,          \
                 #call, errno_, strerror(errno_));              \
    } while (0)

// An address that no program has mapped, and that the compiler knows nothing about.
#define BAD bad_address()
static inline void *bad_address(void)
{
    void *address = (void *)0x10;
    __asm__("" : "+r"(address));
    return address;
}

// A test that hangs ends by SIGALRM: after many times what the longest takes, for a host that others use too; sooner if
// whoever started it has little patience.
__attribute__((constructor)) static void watchdog(void)
{
    const char *patience = getenv("WATCHDOG");
    alarm(patience ? (unsigned)atoi(patience) : 240);
}
