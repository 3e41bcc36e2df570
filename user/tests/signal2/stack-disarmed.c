// sigaltstack(2) with SS_AUTODISARM: while its handler runs there is no alternate stack, and afterwards there is again.
#include "../signals.h"
#include <sys/syscall.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

static char room[1 << 16];
static volatile int flags_inside, inside;

static void handler(int signal)
{
    (void)signal;
    char here;
    inside = &here > room && &here < room + sizeof room;
    stack_t now, other = {.ss_sp = room, .ss_size = sizeof room / 2};
    SUCCEED(syscall(SYS_sigaltstack, NULL, &now));
    flags_inside = now.ss_flags;
    // It is in use, and may be changed nevertheless; what counts is what was before.
    SUCCEED(syscall(SYS_sigaltstack, &other, NULL));
}

int main(void)
{
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room, .ss_flags = (int)SS_AUTODISARM}, now;
    SUCCEED(syscall(SYS_sigaltstack, &stack, NULL));
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    for (int i = 0; i < 3; i++) {
        SUCCEED(raise(SIGUSR1));
        EQUAL(inside, 1);
        EQUAL(flags_inside, SS_DISABLE);
        SUCCEED(syscall(SYS_sigaltstack, NULL, &now));
        EQUAL(now.ss_flags, (int)SS_AUTODISARM);
        EQUAL(now.ss_size, sizeof room);
    }
    // A child has it, a program that it runs does not.
    EQUAL(IN_CHILD({
        SUCCEED(syscall(SYS_sigaltstack, NULL, &now));
        EQUAL(now.ss_size, sizeof room);
    }), 0);
}
