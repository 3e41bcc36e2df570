// Random system calls with random arguments, from several processes at once, some of them as nobody: fuzz SEED CALLS [WORKERS]
//
// The kernel must survive it, and each worker must end when it is killed. A worker that waits for too long is killed, and its
// successor goes on with the next numbers of the seed; workers make children and threads, which do the same for a while.
#define _GNU_SOURCE
#include "arguments.h"
#include "calls.h"
#include "leftovers.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORKERS = 8, STACKS = 4, STACK = 16384, CHILD_CALLS = 40, NOBODY = 65534 };


// What the workers tell whoever watches them.
static struct progress {
    volatile long calls, succeeded, missing;
    volatile int number;
    volatile uint64_t arguments[6];
} *progress;

static struct random state;
static struct progress *mine;
static int depth;
static _Alignas(16) unsigned char stacks[STACKS][STACK];

static long raw_call(long number, const uint64_t a[6])
{
    long result;
    register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static void random_calls(struct random *random, long count);

__attribute__((noreturn)) static void end_thread(void)
{
    for (;;)
        raw_call(SYS_exit, (uint64_t[6]){ 0 });
}

// What a child does; threads share the numbers of their worker.
__attribute__((noreturn, used)) static void live_as_child(void)
{
    depth++;
    random_calls(&state, CHILD_CALLS);
    end_thread();
}

// clone(2) with a stack of its own for the child, which may share anything.
static void random_clone(struct random *random)
{
    static const uint64_t usual[] = {
        SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD, CLONE_FILES | SIGCHLD, CLONE_FS | SIGCHLD, CLONE_PARENT | SIGCHLD,
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
        CLONE_VM | CLONE_SIGHAND | SIGCHLD, 0,
    };
    uint64_t flags = PICK(random, usual) | (one_in(random, 4) ? bits(random) & ~(uint64_t)CLONE_SETTLS : 0);
    uint64_t *top = (uint64_t *)(stacks[below(random, STACKS)] + STACK);
    *--top = 0;
    *--top = (uint64_t)live_as_child;
    long result;
    register uint64_t r10 __asm__("r10") = answer(random), r8 __asm__("r8") = 0;
    __asm__ volatile("syscall\n"
                     "test %%rax, %%rax\n"
                     "jnz 1f\n"
                     "ret\n" // to live_as_child, on the new stack
                     "1:"
                     : "=a"(result)
                     : "a"(SYS_clone), "D"(flags), "S"(top), "d"(answer(random)), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    if (result > 0)
        known[below(random, KNOWN)] = (int)result;
}

static void random_fork(struct random *random)
{
    long child = raw_call(SYS_fork, (uint64_t[6]){ 0 });
    if (child == 0)
        live_as_child();
    if (child > 0)
        known[below(random, KNOWN)] = (int)child;
}

static void random_call(struct random *random)
{
    const struct call *call = &calls[below(random, CALLS)];
    uint64_t arguments[6] = { 0 };
    for (int i = 0; i < 6 && call->arguments[i]; i++)
        arguments[i] = argument(random, call->arguments[i]);
    mine->number = call->number;
    memcpy((void *)mine->arguments, arguments, sizeof arguments);
    mine->calls++;
    switch (call->number) {
    case SYS_fork: case SYS_vfork: case SYS_clone: case SYS_clone3:
        if (depth < 2 && one_in(random, 4))
            call->number == SYS_clone ? random_clone(random) : random_fork(random);
        return;
    case SYS_exit: case SYS_exit_group: case SYS_execve: case SYS_execveat: case SYS_rt_sigreturn: case SYS_chroot:
        if (!one_in(random, depth ? 2 : 16))
            return;
    }
    long result = raw_call(call->number, arguments);
    mine->succeeded += result >= 0;
    mine->missing += result == -ENOSYS;
}

static void random_calls(struct random *random, long count)
{
    while (count-- > 0)
        random_call(random);
}

static void ignore(int signal) { (void)signal; }

// SOCKETS in a row: two connected streams, two connected for datagrams, two for packets, one that listens, one that is nothing yet.
static void open_sockets(void)
{
    int pair[2];
    for (uint64_t type = 1; type <= 5; type += type == 2 ? 3 : 1) {
        raw_call(SYS_socketpair, (uint64_t[6]){ 1, type | 04000, 0, (uint64_t)pair });
        special['K'] = type == 1 ? pair[0] : special['K'];
    }
    long listener = raw_call(SYS_socket, (uint64_t[6]){ 1, 1 | 04000, 0 });
    raw_call(SYS_bind, (uint64_t[6]){ (uint64_t)listener, (uint64_t) & (uint16_t){ 1 }, 2 });
    raw_call(SYS_listen, (uint64_t[6]){ (uint64_t)listener, 4 });
    raw_call(SYS_socket, (uint64_t[6]){ 1, 1, 0 });
}

// Something of everything that a descriptor can be, from 3 on.
static void open_things(void)
{
    const uint64_t nothing[6] = { 0 };
    int pair[2];
    open(WORK "/fz0", O_RDWR | O_CREAT, 0666);
    open(WORK "/fz1", O_RDWR | O_CREAT | O_APPEND, 0666);
    open(WORK "/fzdir", O_RDONLY | O_DIRECTORY);
    open(WORK "/fzfifo", O_RDWR | O_NONBLOCK);
    if (pipe(pair) == 0 && pipe2(pair, O_NONBLOCK) == 0)
        open("/dev/zero", O_RDWR);
    special['E'] = (int)raw_call(SYS_epoll_create1, nothing);
    raw_call(SYS_eventfd2, (uint64_t[6]){ 5, 0 });
    special['T'] = (int)raw_call(SYS_timerfd_create, (uint64_t[6]){ 1, 0 });
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), unlocked = 0;
    if (master >= 0)
        raw_call(SYS_ioctl, (uint64_t[6]){ (uint64_t)master, 0x40045431, (uint64_t)&unlocked }); // TIOCSPTLCK
    open_sockets();
    raw_call(SYS_memfd_create, (uint64_t[6]){ (uint64_t)"fz", 2 });
    special['I'] = (int)raw_call(SYS_inotify_init1, (uint64_t[6]){ 04000 });
    raw_call(SYS_inotify_add_watch, (uint64_t[6]){ (uint64_t)special['I'], (uint64_t)WORK, 0xfff });
    special['G'] = (int)raw_call(SYS_pidfd_open, (uint64_t[6]){ (uint64_t)getpid() });
    special['Q'] = (int)raw_call(SYS_mq_open, (uint64_t[6]){ (uint64_t)"fzqueue", O_RDWR | O_CREAT | O_NONBLOCK, 0666 });
    uint64_t set = 1 << (SIGUSR1 - 1);
    raw_call(SYS_signalfd4, (uint64_t[6]){ ~0ul, (uint64_t)&set, 8, 04000 });
    open("/proc/self/maps", O_RDONLY);
    open("/proc", O_RDONLY | O_DIRECTORY);
    open(WORK, O_PATH);
    open("/dev/vda", O_RDONLY);
}

__attribute__((noreturn)) static void work(uint64_t seed, struct progress *told, long count, int privileged)
{
    state.state = seed;
    mine = told;
    setsid();
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close_range(3, ~0u, 0);
    if (chdir(WORK) != 0)
        _exit(1);
    open_things();
    mmap((void *)ARENA, ARENA_PAGES * PAGE / 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (!privileged && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(1);
    struct sigaction action = { .sa_handler = ignore };
    sigaction(SIGALRM, &action, NULL);
    // What waits is woken by a signal, before whoever watches kills it.
    const int64_t interval[4] = { 0, 20000, 0, 20000 };
    raw_call(SYS_setitimer, (uint64_t[6]){ 0, (uint64_t)interval });
    for (int i = 0; i < KNOWN; i++)
        known[i] = getpid();
    random_calls(&state, count);
    _exit(0);
}

static void pause_briefly(void) { nanosleep(&(struct timespec){ 0, 20000000 }, NULL); }

// /proc, which stays what it is though a worker may take it away.
static int all_processes;

static int parent_of(int pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "%d/stat", pid);
    int fd = openat(all_processes, path, O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    char *name_end = strrchr(text, ')');
    int parent = 0;
    return name_end && sscanf(name_end, ") %*c %d", &parent) == 1 ? parent : 0;
}

// Does something to the orphans that have become this process's children: those that are not spared.
static void for_each_orphan(const pid_t *spared, int count, void (*work)(int pid))
{
    DIR *processes = fdopendir(openat(all_processes, ".", O_RDONLY | O_DIRECTORY));
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int pid = atoi(entry->d_name), spare = pid == 0 || parent_of(pid) != getpid();
        for (int i = 0; i < count; i++)
            spare |= spared[i] == pid;
        if (!spare)
            work(pid);
    }
    if (processes)
        closedir(processes);
}

static void kill_one(int pid) { kill(pid, SIGKILL); }

static void show(const char *path)
{
    char text[4096];
    int fd = openat(all_processes, path, O_RDONLY);
    for (ssize_t length; fd >= 0 && (length = read(fd, text, sizeof text)) > 0;)
        fwrite(text, 1, (size_t)length, stdout);
    if (fd >= 0)
        close(fd);
}

static void show_process(int pid)
{
    char path[64];
    for (const char **name = (const char *[]){ "status", "stack", "stat", NULL }; *name; name++) {
        snprintf(path, sizeof path, "%d/%s", pid, *name);
        show(path);
    }
}

static const char *name_of(int number)
{
    for (int i = 0; i < CALLS; i++)
        if (calls[i].number == number)
            return calls[i].name;
    return "?";
}

static void tell_last(const struct progress *told)
{
    printf("its last call: %s", name_of(told->number));
    for (int i = 0; i < 6; i++)
        printf(" %#lx", (unsigned long)told->arguments[i]);
    printf("\n");
}

// Waits for a child that was killed; one that does not end is a failure.
static void bury(pid_t pid, const struct progress *told)
{
    for (int patience = 1500; patience > 0; patience--) {
        pid_t gone = waitpid(pid, NULL, WNOHANG | __WALL);
        if (gone == pid || (gone < 0 && errno == ECHILD))
            return;
        pause_briefly();
    }
    printf("process %d does not end though it was killed\n", pid);
    tell_last(told);
    show_process(pid);
    fflush(stdout);
    exit(1);
}

static pid_t start(uint64_t seed, int worker, long generation, long count)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        work(seed * 1000003 + (uint64_t)worker * 7919 + (uint64_t)generation * 104729, &progress[worker], count,
             worker % 2 == 0);
    return pid;
}

static void prepare(void)
{
    note_what_is_there();
    all_processes = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    mkdir(WORK, 0777);
    chmod(WORK, 0777);
    mkdir(WORK "/fzdir", 0777);
    chmod(WORK "/fzdir", 0777);
    mkfifo(WORK "/fzfifo", 0666);
    if (symlink("fzloop", WORK "/fzloop") != 0 || symlink("fzdir", WORK "/fzlink") != 0)
        errno = 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    long wanted = argc > 2 ? atol(argv[2]) : 20000;
    int workers = argc > 3 ? atoi(argv[3]) : 4;
    if (workers < 1 || workers > MOST_WORKERS)
        return 2;
    progress = mmap(NULL, sizeof *progress * MOST_WORKERS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        return 2;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prepare();
    pid_t pids[MOST_WORKERS] = { 0 };
    long seen[MOST_WORKERS] = { 0 }, generations = 0, killed = 0, share = wanted / workers;
    int still[MOST_WORKERS] = { 0 };
    for (int active = 1, round = 0; active; round++) {
        active = 0;
        for (int i = 0; i < workers; i++) {
            struct progress *told = &progress[i];
            if (pids[i] > 0 && waitpid(pids[i], NULL, WNOHANG | __WALL) == pids[i])
                pids[i] = 0;
            still[i] = told->calls == seen[i] ? still[i] + 1 : 0;
            seen[i] = told->calls;
            if (pids[i] > 0 && (still[i] > 10 || told->calls >= share)) {
                kill(pids[i], SIGKILL);
                bury(pids[i], told);
                killed++;
                pids[i] = 0;
            }
            if (pids[i] == 0 && told->calls < share)
                pids[i] = start(seed, i, generations++, share - told->calls);
            active |= pids[i] > 0 || told->calls < share;
        }
        if (round % 10 == 0)
            for_each_orphan(pids, workers, kill_one);
        for (pid_t gone; (gone = waitpid(-1, NULL, WNOHANG | __WALL)) > 0;)
            for (int i = 0; i < workers; i++)
                pids[i] = pids[i] == gone ? 0 : pids[i];
        pause_briefly();
    }
    for (int round = 0; round < 500; round++) {
        for_each_orphan(pids, 0, kill_one);
        pid_t gone;
        while ((gone = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
            ;
        if (gone < 0)
            break;
        pause_briefly();
        if (round == 499) {
            printf("children are left that do not end\n");
            for_each_orphan(pids, 0, show_process);
            return 1;
        }
    }
    clean_up();
    long done = 0, succeeded = 0, missing = 0;
    for (int i = 0; i < workers; i++) {
        done += progress[i].calls;
        succeeded += progress[i].succeeded;
        missing += progress[i].missing;
    }
    printf("seed %lu: %ld calls, %ld succeeded, %ld not there; %ld workers, %ld of them killed\n", (unsigned long)seed,
           done, succeeded, missing, generations, killed);
    return 0;
}
