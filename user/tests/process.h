// Starting children in tests.
#pragma once

#include "test.h"
#include <sys/wait.h>

// fork(2), or the whole test skipped where there is none yet.
static inline pid_t start_child(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1 && errno == ENOSYS)
        SKIP("needs fork");
    SUCCEED(child);
    return child;
}

// How this child ended, as wait4(2) encodes it.
static inline int wait_for(pid_t child)
{
    int status;
    EQUAL(waitpid(child, &status, 0), child);
    return status;
}

// The statement in a child of its own; how that one ended.
#define IN_CHILD(statement)                                     \
    ({                                                          \
        pid_t child_ = start_child();                           \
        if (child_ == 0) {                                      \
            statement;                                          \
            fflush(stdout);                                     \
            _exit(0);                                           \
        }                                                       \
        wait_for(child_);                                       \
    })

// The statement must end a child by this signal.
#define EXPECT_SIGNAL(statement, signal_)                       \
    do {                                                        \
        int status_ = IN_CHILD(statement);                      \
        if (!WIFSIGNALED(status_) || WTERMSIG(status_) != (signal_)) \
            FAIL("%s: wait status %#x, not " #signal_, #statement, status_); \
    } while (0)
