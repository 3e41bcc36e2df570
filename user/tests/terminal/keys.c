// Ctrl-C, Ctrl-\ and Ctrl-Z go to the foreground group.
#include "pty.h"

static pid_t start(int slave, int ready_pipe)
{
    pid_t child = start_session(slave);
    if (child == 0) {
        tell(ready_pipe);
        for (;;)
            pause();
    }
    return child;
}

int main(void)
{
    int slave, master = open_pair(&slave), pipes[2], status;
    SUCCEED(pipe(pipes));
    for (int i = 0; i < 2; i++) {
        pid_t child = start(slave, pipes[1]);
        await(pipes[0]);
        type(master, i ? "\034" : "\003");
        status = wait_for(child);
        CHECK(WIFSIGNALED(status));
        EQUAL(WTERMSIG(status), i ? SIGQUIT : SIGINT);
        if (i)
            READS(master, "^\\");
        else
            READS(master, "^C");
    }

    // A group of a session whose leader is elsewhere can be stopped.
    pid_t leader = start_session(slave);
    if (leader == 0) {
        pid_t job = start_child();
        if (job == 0) {
            SUCCEED(setpgid(0, 0));
            signal(SIGTTOU, SIG_IGN);
            SUCCEED(tcsetpgrp(slave, getpid()));
            signal(SIGTTOU, SIG_DFL);
            tell(pipes[1]);
            for (;;)
                pause();
        }
        EQUAL(waitpid(job, &status, WUNTRACED), job);
        CHECK(WIFSTOPPED(status));
        EQUAL(WSTOPSIG(status), SIGTSTP);
        EQUAL(tcgetpgrp(slave), job);
        SUCCEED(kill(-job, SIGCONT));
        EQUAL(waitpid(job, &status, WCONTINUED), job);
        CHECK(WIFCONTINUED(status));
        SUCCEED(kill(-job, SIGTERM));
        EQUAL(waitpid(job, &status, 0), job);
        CHECK(WIFSIGNALED(status));
        EQUAL(WTERMSIG(status), SIGTERM);
        _exit(0);
    }
    await(pipes[0]);
    type(master, "\032");
    EQUAL(wait_for(leader), 0);
    READS(master, "^Z");

    // The keys flush what was typed, unless NOFLSH; without ISIG they are bytes.
    type(master, "ab\n\003");
    usleep(20000);
    EQUAL(ready(slave) & POLLIN, 0);
    set_local(slave, NOFLSH, 0);
    type(master, "cd\n\003");
    READS(slave, "cd\n");
    set_local(slave, 0, ISIG);
    type(master, "\003\n");
    READS(slave, "\003\n");
}
