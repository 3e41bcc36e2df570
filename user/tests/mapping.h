// What the tests of mappings share.
#pragma once

#include "process.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

static sigjmp_buf fault_point;
static siginfo_t fault_info;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    fault_info = *info;
    siglongjmp(fault_point, 1);
}

static inline void catch_faults(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    SUCCEED(sigaction(SIGSEGV, &action, NULL));
    SUCCEED(sigaction(SIGBUS, &action, NULL));
}

// The statement must cause this signal with this code, for this address.
#define EXPECT_FAULT(statement, signal_, code, address)         \
    do {                                                        \
        if (sigsetjmp(fault_point, 1) == 0) {                   \
            statement;                                          \
            FAIL("%s: no fault", #statement);                   \
        }                                                       \
        EQUAL(fault_info.si_signo, signal_);                    \
        EQUAL(fault_info.si_code, code);                        \
        EQUAL(fault_info.si_addr, address);                     \
    } while (0)

#define READ(address) (*(volatile char *)(address))
#define WRITE(address, value) (*(volatile char *)(address) = (value))

// Pages that must be had.
static inline char *map(size_t pages, int protection, int flags)
{
    char *at = mmap(NULL, pages * PAGE, protection, flags | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        FAIL("mmap: %s", strerror(errno));
    return at;
}

static inline char *map_file(int fd, size_t pages, int protection, int flags)
{
    char *at = mmap(NULL, pages * PAGE, protection, flags, fd, 0);
    if (at == MAP_FAILED)
        FAIL("mmap: %s", strerror(errno));
    return at;
}

// A new file of so many bytes 'a', open for both, without a name.
static inline int make_file(size_t bytes)
{
    char name[] = "/tmp/mapping-XXXXXX";
    int fd = SUCCEED(mkstemp(name));
    SUCCEED(unlink(name));
    char *text = malloc(bytes + 1);
    memset(text, 'a', bytes);
    EQUAL(write(fd, text, bytes), bytes);
    free(text);
    return fd;
}
