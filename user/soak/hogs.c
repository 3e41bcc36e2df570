// Programs that take all there is of something. Each ends in an error that says so, or is killed; while it holds what it has got, another
// program can be started; one that was there before is still there; and afterwards nothing is left of it: hogs [NAME]
//
// Each takes twice: what is made once, for as many of something as there ever were, is made the first time.
#define _GNU_SOURCE
#include "meter.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>

#define PLACE "/tmp/hog"

enum { PAGE = 4096, MANY = 1 << 20 };

static char page[16 * PAGE];

static void raise_file_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void fill_with(int sharing)
{
    for (;;) {
        char *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return;
        for (int i = 0; i < 64; i++)
            memory[i * PAGE] = 1;
    }
}

static void anonymous(void)
{
    fill_with(MAP_PRIVATE);
}

// Promised more than there is, so that it can only be killed.
static void uncounted(void)
{
    char *memory = mmap(NULL, 1l << 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 20; i++)
        memory[i * PAGE] = 1;
}

static void shared(void)
{
    fill_with(MAP_SHARED);
}

// One page in each table.
static void page_tables(void)
{
    char *memory = mmap(NULL, 1l << 44, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 23; i++)
        memory[i << 21] = 1;
}

// The same without a page of its own: the page of zeros.
static void empty_page_tables(void)
{
    char *memory = mmap(NULL, 1l << 44, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; memory != MAP_FAILED && i < 1 << 23; i++)
        (void)*(volatile char *)&memory[i << 21];
}

static void regions(void)
{
    for (int i = 0; i < MANY; i++) {
        int rights = i % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
        if (mmap(NULL, PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
            return;
    }
}

// Many processes with many regions each.
static void regions_of_many(void)
{
    regions();
    for (int i = 0; i < MANY; i++) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0) {
            pause();
            _exit(0);
        }
    }
}

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

static void *sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void threads(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    for (int i = 0; i < 10000; i++)
        if ((errno = pthread_create(&thread, &attributes, sleep_for_ever, NULL)) != 0)
            return;
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

// Messages of a byte, which cost as much as long ones.
static void small_messages(void)
{
    raise_file_limit();
    for (;;) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends) != 0)
            return;
        while (write(ends[1], page, 1) > 0)
            ;
    }
}

static void full_sockets(void)
{
    raise_file_limit();
    for (;;) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            return;
        while (write(ends[1], page, sizeof page) > 0)
            ;
    }
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

static void processes(void)
{
    for (;;) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0) {
            pause();
            _exit(0);
        }
    }
}

// Each child makes children, and so on.
static void fork_bomb(void)
{
    while (fork() >= 0)
        ;
}

// The same where each has memory of its own.
static void growing_bomb(void)
{
    for (;;) {
        if (fork() < 0)
            return;
        char *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; memory != MAP_FAILED && i < 64; i++)
            memory[i * PAGE] = 1;
    }
}

static void long_arguments(void)
{
    static char *words[30];
    static char word[100000];
    memset(word, 'w', sizeof word - 1);
    for (int i = 1; i < 20; i++)
        words[i] = word;
    words[0] = "hogs";
    for (;;) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0) {
            char *const environment[] = { "HOG_SLEEPS=1", NULL };
            execve("/proc/self/exe", words, environment);
            _exit(1);
        }
    }
}

static void as_nobody(void (*take)(void))
{
    if (setgid(65534) == 0 && setuid(65534) == 0)
        take();
}

// The first process could not do without some for itself; others are bound by RLIMIT_NPROC.
static void processes_of_nobody(void) { as_nobody(processes); }
static void fork_bomb_of_nobody(void) { as_nobody(fork_bomb); }
static void growing_bomb_of_nobody(void) { as_nobody(growing_bomb); }
static void counters_of_nobody(void) { as_nobody(counters_of_many); }
static void arguments_of_nobody(void) { as_nobody(long_arguments); }
static void threads_of_nobody(void) { as_nobody(threads); }

static const struct hog {
    const char *name;
    void (*take)(void);
} hogs[] = {
    { "anonymous", anonymous }, { "uncounted", uncounted }, { "shared", shared }, { "page_tables", page_tables },
    { "empty_page_tables", empty_page_tables }, { "regions", regions }, { "regions_of_many", regions_of_many },
    { "file_content", file_content }, { "nameless_content", nameless_content }, { "sparse_file", sparse_file },
    { "deep_folders", deep_folders }, { "deep_file_system", deep_file_system }, { "many_files", many_files },
    { "many_links", many_links }, { "many_symbolic_links", many_symbolic_links }, { "mounts", mounts },
    { "deep_mounts", deep_mounts }, { "threads", threads_of_nobody }, { "chained_watchers", chained_watchers },
    { "full_pipes", full_pipes }, { "full_sockets", full_sockets }, { "small_messages", small_messages }, { "sockets_in_sockets", sockets_in_sockets },
    { "pseudo_terminals", pseudo_terminals }, { "counters", counters }, { "counters_of_many", counters_of_nobody },
    { "watchers", watchers }, { "clock_files", clock_files }, { "timers", timers }, { "signals", signals },
    { "record_locks", record_locks }, { "processes", processes_of_nobody }, { "fork_bomb", fork_bomb_of_nobody },
    { "growing_bomb", growing_bomb_of_nobody }, { "long_arguments", arguments_of_nobody },
};

static void wait_a_bit(void) { nanosleep(&(struct timespec){ 0, 10000000 }, NULL); }

// Whether a program can be started, after some attempts at most: a hog may be just being ended.
static int shell_answers(void)
{
    for (int patience = 300; patience > 0; patience--) {
        pid_t child = fork();
        if (child == 0) {
            execl("/bin/busybox", "sh", "-c", "exit 7", NULL);
            _exit(1);
        }
        int status = 0;
        if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7)
            return 1;
        wait_a_bit();
    }
    return 0;
}

// Kills what is left of a hog's family, which is a group.
static void clear(pid_t group)
{
    for (int patience = 1000; patience > 0; patience--) {
        int gone = kill(-group, SIGKILL) != 0;
        while (waitpid(-group, NULL, WNOHANG) > 0)
            ;
        if (gone)
            break;
        wait_a_bit();
    }
    while (umount2(PLACE, MNT_DETACH) == 0)
        ;
    // Without recursion: the folders may be deep.
    if (chdir(PLACE) == 0) {
        while (chdir("d") == 0)
            ;
        while (chdir("..") == 0 && rmdir("d") == 0)
            ;
    }
    if (chdir("/") != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/busybox", "rm", "-rf", PLACE, NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

// Lets one take and be ended; whether a program could be started meanwhile. `end` is how it came to its end.
static int take_once(const struct hog *hog, const char **end)
{
    int ends[2], error = -1;
    mkdir(PLACE, 0777);
    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        hog->take();
        error = errno;
        if (write(ends[1], &error, sizeof error) > 0)
            for (;;)
                pause();
        _exit(0);
    }
    setpgid(child, child);
    close(ends[1]);
    struct pollfd news = { .fd = ends[0], .events = POLLIN };
    int told = poll(&news, 1, 10000);
    if (read(ends[0], &error, told > 0 ? sizeof error : 0) <= 0)
        error = -1;
    close(ends[0]);
    int answers = shell_answers();
    clear(child);
    *end = told <= 0 ? "goes on, or some of it was killed" : error < 0 ? "killed" : strerror(error);
    return answers;
}

// One who is there already, with some memory, and is not to blame.
static pid_t start_bystander(void)
{
    pid_t child = fork();
    if (child == 0) {
        static char memory[512 * PAGE];
        for (int i = 0; i < 512; i++)
            memory[i * PAGE] = 1;
        for (;;)
            pause();
    }
    return child;
}

static int survive(const struct hog *hog)
{
    const char *end;
    pid_t bystander = start_bystander();
    int answers = take_once(hog, &end);
    struct meter before = look();
    answers &= take_once(hog, &end);
    int restored = is_as_before(&before), alive = waitpid(bystander, NULL, WNOHANG) == 0;
    kill(bystander, SIGKILL);
    waitpid(bystander, NULL, 0);
    const char *trouble = !answers  ? ", and no program can be started"
                        : !restored ? ", and something is left of it"
                        : !alive    ? ", and a bystander has been killed"
                                    : "";
    int good = answers && restored && alive;
    printf("%s soak/%s: %s%s\n", good ? "ok" : "not ok", hog->name, end, trouble);
    return good;
}

int main(int argc, char **argv)
{
    int good = 1;
    if (getenv("HOG_SLEEPS"))
        pause();
    signal(SIGCHLD, SIG_DFL);
    for (size_t i = 0; i < sizeof hogs / sizeof *hogs; i++)
        if (argc < 2 || strcmp(argv[1], hogs[i].name) == 0)
            good &= survive(&hogs[i]);
    return !good;
}
