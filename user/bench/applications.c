// Rows: programs of this host that compute more than they ask the kernel. They are there if the root has them (bin/run --with).
#include "bench.h"

extern char **environ;

static char *const COMPILE[] = {"/usr/bin/gcc", "-O1", "-o", "/tmp/bench-program", "/tmp/bench-source.c", NULL};
static char *const PYTHON[] = {"/usr/bin/python3", "-c", "pass", NULL};
static char *const INSERTS[] = {"/usr/bin/sqlite3", ":memory:",
                                "create table t(a integer primary key, b text);"
                                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)"
                                "insert into t select i, 'text ' || i from n; select count(*) from t;", NULL};
static char *const CAT[] = {"/usr/bin/cat", "/dev/null", NULL};
static char *const *const COMMANDS[] = {COMPILE, PYTHON, INSERTS, CAT};
static char *const *command;

static void start(long which) {
    command = COMMANDS[which];
    NEED(access(command[0], X_OK));
    if (which == 0) {
        FILE *source = fopen("/tmp/bench-source.c", "w");
        fprintf(source, "#include <stdio.h>\n");
        for (int i = 0; i < 50; i++) fprintf(source, "int f%d(int *a, int n) { int s = 0; while (n--) s += a[n] * %d; return s; }\n", i, i);
        fprintf(source, "int main(void) { return puts(\"\") < 0; }\n");
        fclose(source);
    }
}

static void run(unsigned n) {
    while (n--) {
        pid_t child = vfork();
        if (child == 0) {
            int null = open("/dev/null", O_WRONLY);
            dup2(null, 1);
            execve(command[0], command, environ);
            _exit(127);
        }
        int status;
        NEED(waitpid(child, &status, 0));
        if (status) missing("the program fails");
    }
}

const struct row application_rows[] = {
    {"app-gcc", "gcc makes a program of a file of 50 functions", 1, run, start, 0},
    {"app-python3", "python3 -c pass", 1, run, start, 1},
    {"app-sqlite3", "sqlite3 inserts 10,000 rows in memory", 1, run, start, 2},
    {"app-cat", "cat /dev/null, with its library", 10, run, start, 3},
    {0},
};
