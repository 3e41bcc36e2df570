// Programs that take all there is of something. Each ends in an error that says so, or is killed; while it holds what it has got, another
// program can be started; one that was there before is still there; and afterwards nothing is left of it: hogs [NAME]
//
// Each takes twice: what is made once, for as many of something as there ever were, is made the first time.

#define _GNU_SOURCE
#include "hogs-of-processes.h"

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

static long of_disks(void)
{
    char text[4096];
    read_text("/proc/meminfo", text, sizeof text);
    return number_after(text, "Buffers:");
}

// What is remembered of a disk is given back before anybody is killed.
static int forget_disk(void)
{
    int disk = open("/dev/vda", O_RDONLY);
    for (int i = 0; disk >= 0 && i < 64 && read(disk, page, sizeof page) > 0; i++)
        ;
    long before = of_disks();
    const char *end;
    take_once(&hogs[0], &end);
    long after = of_disks();
    int good = disk < 0 || (before >= 1024 && after <= before / 4);
    printf("%s soak/forget_disk: of %ld KiB there are %ld left\n", good ? "ok" : "not ok", before, after);
    close(disk);
    return good;
}

int main(int argc, char **argv)
{
    int good = 1;
    if (getenv("HOG_SLEEPS"))
        pause();
    signal(SIGCHLD, SIG_DFL);
    if (argc < 2 || strcmp(argv[1], "forget_disk") == 0)
        good &= forget_disk();
    for (size_t i = 0; i < sizeof hogs / sizeof *hogs; i++)
        if (argc < 2 || strcmp(argv[1], hogs[i].name) == 0)
            good &= survive(&hogs[i]);
    return !good;
}
