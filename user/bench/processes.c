// Rows: processes and threads.
#include "bench.h"
#include <pthread.h>

extern char **environ;

static void reap(pid_t child) {
    int status;
    if (child < 0) missing("a child");
    waitpid(child, &status, 0);
}

static void fork_exit(unsigned n) {
    while (n--) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        reap(child);
    }
}

static void execute(char *const *arguments) {
    execve(arguments[0], arguments, environ);
    _exit(127);
}
static char *const TRUE[] = {"/bin/bench", "true", NULL};
static char *const SHELL[] = {"/bin/sh", "-c", ":", NULL};

static void fork_exec(unsigned n) {
    while (n--) {
        pid_t child = fork();
        if (child == 0) execute(TRUE);
        reap(child);
    }
}
static void vfork_exec(unsigned n) {
    while (n--) {
        pid_t child = vfork();
        if (child == 0) execute(TRUE);
        reap(child);
    }
}
static void fork_shell(unsigned n) {
    while (n--) {
        pid_t child = fork();
        if (child == 0) execute(SHELL);
        reap(child);
    }
}

static void *end_at_once(void *argument) { return argument; }
static void make_threads(unsigned n) {
    while (n--) {
        pthread_t thread;
        if ((errno = pthread_create(&thread, NULL, end_at_once, NULL))) missing("pthread_create");
        pthread_join(thread, NULL);
    }
}

// A hundred lines of ten commands: some that the shell has itself, some that are programs.
static const char LINES[] = "x=1\n[ $x = 1 ]\necho $x >/dev/null\n: $((x+1))\ntest -e /bin\n"
                            "/bin/busybox true\n/bin/busybox echo a >/dev/null\ncase $x in 1) ;; esac\n"
                            "/bin/busybox cat /dev/null\n/bin/busybox expr 1 + 2 >/dev/null\n";
static void start_script(long lines) {
    FILE *script = fopen("/tmp/bench-script", "w");
    if (!script) missing("a script");
    for (int i = 0; i < lines; i++) fputs(LINES, script);
    fclose(script);
}
static void run_script(unsigned n) {
    static char *const arguments[] = {"/bin/sh", "/tmp/bench-script", NULL};
    while (n--) {
        pid_t child = vfork();
        if (child == 0) execute(arguments);
        reap(child);
    }
}

const struct row process_rows[] = {
    {"fork-exit", "fork, exit, wait", 50, fork_exit},
    {"fork-exec", "fork, exec of a small program, wait", 20, fork_exec},
    {"fork-sh", "fork, exec of /bin/sh -c :, wait", 10, fork_shell},
    {"vfork-exec", "vfork, exec of a small program, wait", 20, vfork_exec},
    {"thread", "pthread_create and pthread_join", 100, make_threads},
    {"script-1000", "a shell script of 1,000 commands", 1, run_script, start_script, 100},
    {0},
};
