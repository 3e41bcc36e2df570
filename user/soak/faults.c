// Has the n-th of something fail in the system calls of a program, for n = 1, 2, 3 … until it comes to its end before: faults SHORT|LONG [PROGRAM…]
//
// Whatever the program makes of it, the kernel lives, the failing call says so with an errno that fits, the program ends, and nothing is
// left of it. A program of several processes may wait for the one that failed; its own watchdog (tests/test.h) then ends it, and that is
// told. Without PROGRAMs it takes some of /tests (short), or all.
#define _GNU_SOURCE
#include "errnos.h"
#include "meter.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { WORDS = 8, MOST_PROGRAMS = 2000, PATIENCE = 40 };

// How long a test waits before it ends itself.
#define WATCHDOG "4"

// Calls whose result says how far they came; and clone(2), which does not look whether it could write its number, as on Linux, and
// rt_sigreturn(2), which ends in a signal instead.
#define MOVING " read pread64 readv preadv preadv2 write pwrite64 writev pwritev pwritev2 recvfrom recvmsg " \
               "recvmmsg sendto sendmsg sendmmsg sendfile copy_file_range process_vm_readv " \
               "process_vm_writev getdents getdents64 getrandom splice vmsplice clone clone3 rt_sigreturn "

static const struct kind {
    const char *name;
    const char *errors; // what a call may say then
    const char *forgiving; // the calls that may succeed nevertheless; NULL: any, for there may be another way
} kinds[] = {
    { "frame", " ENOMEM EAGAIN ENOSPC ENOBUFS ENFILE EFAULT ", NULL },
    { "heap", " ENOMEM EAGAIN ENOSPC ENOBUFS ", NULL },
    { "try", " ENOMEM EAGAIN ENOSPC ENOBUFS ENOLCK ", NULL },
    { "copy", " EFAULT EIO ", MOVING }, // the latter where /proc/PID/mem reaches into another's memory
    { "block", " EIO ", MOVING },
};

static const char *const some[] = {
    "/tests/process/fork", "/tests/process/execute", "/tests/process/many-children", "/tests/file/write",
    "/tests/file2/epoll", "/tests/file2/splice", "/tests/memory/map-file", "/tests/path2/mounts",
    "/tests/signal/handler", "/tests/socket/rights-cycle", "/tests/terminal/pair", "/tests/rust/files",
    "/bin/busybox dd if=/dev/vda of=/dev/null bs=64k count=4 skip=300",
};

static void become(const char *program, const char *plan)
{
    static char words[512];
    char *list[WORDS] = { 0 };
    int count = 0, null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(null);
    setpgid(0, 0);
    strncpy(words, program, sizeof words - 1);
    for (char *word = strtok(words, " "); word && count < WORDS - 1; word = strtok(NULL, " "))
        list[count++] = word;
    int fd = open("/proc/self/fail", O_WRONLY);
    if (fd < 0 || write(fd, plan, strlen(plan)) < 0)
        _exit(99);
    close(fd);
    setenv("WATCHDOG", WATCHDOG, 1);
    execv(list[0], list);
    _exit(126);
}

// Waits for the end of a program, some seconds at most; whether it came.
static int await(pid_t child)
{
    for (int patience = PATIENCE * 100; patience > 0; patience--) {
        siginfo_t info = { 0 };
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid == child)
            return 1;
        nanosleep(&(struct timespec){ 0, patience > PATIENCE * 100 - 50 ? 1000000 : 10000000 }, NULL);
    }
    return 0;
}

// Ends what a program has left running, which has become this one's.
static void end_orphans(void)
{
    char path[64], children[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    while (read_text(path, children, sizeof children) > 0 && children[0]) {
        for (char *word = strtok(children, " "); word; word = strtok(NULL, " "))
            kill(atoi(word), SIGKILL);
        waitpid(-1, NULL, __WALL);
    }
}

// What the system holds; files that a program has left are its own affair, and mounts.
static struct meter look_aside_from_files(void)
{
    struct meter meter = look();
    meter.content = meter.inodes = LONG_MAX / 2;
    return meter;
}

// Whether a call may end so when something of that kind fails in it.
static int may_say(const struct kind *kind, const char *call, const char *error)
{
    if (strcmp(error, "succeeded") == 0)
        return !kind->forgiving || is_among(kind->forgiving, call);
    int is_plain = strcmp(error, "EFAULT") == 0 || strcmp(kind->name, "block") == 0;
    return is_among(kind->errors, error) && (is_plain || documents(call, error));
}

// Says what is wrong, once for each call and error that a program meets.
static char told_of[4096];

static void tell(const char *what, const char *program, const char *plan, const char *call, const char *error)
{
    char line[128];
    snprintf(line, sizeof line, "%s (%s %s);", what, call, error);
    if (strstr(told_of, line))
        return;
    printf("    %s, %s: %s\n", program, plan, line);
    strncat(told_of, line, sizeof told_of - strlen(told_of) - 1);
}

// One run: 0 if nothing failed in it any more, 1 if something did, -1 if that went wrong.
static int try_once(const struct kind *kind, const char *program, long n)
{
    char plan[64], path[64], told[128], call[32] = "", error[32] = "";
    long left = -1;
    snprintf(plan, sizeof plan, "%s %ld", kind->name, n);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        become(program, plan);
    int ended = await(child);
    snprintf(path, sizeof path, "/proc/%d/fail", child);
    read_text(path, told, sizeof told);
    told[strcspn(told, "\n")] = 0;
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    end_orphans();
    sscanf(told, "%*s %ld %31s %31s", &left, call, error);
    const char *trouble = !ended                                            ? "does not end"
                        : WIFEXITED(status) && WEXITSTATUS(status) == 99    ? "cannot be planned"
                        : left < 0                                          ? "tells nothing"
                        : left == 0 && *call && !may_say(kind, call, error) ? "says the wrong thing"
                                                                            : NULL;
    const char *remark = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "waits for what does not come" : NULL;
    if (trouble || remark)
        tell(trouble ? trouble : remark, program, plan, call, error);
    return trouble ? -1 : left == 0;
}

static int endure(const struct kind *kind, const char *program, long most)
{
    // What a disk gives is kept, and not asked for again.
    if (strcmp(kind->name, "block") != 0)
        try_once(kind, program, 1000000);
    struct meter before = look_aside_from_files();
    told_of[0] = 0;
    long n = 1;
    int outcome, good = 1;
    while ((outcome = try_once(kind, program, n)) != 0 && n++ < most)
        good &= outcome > 0;
    good &= is_as_before(&before);
    printf("%s soak/faults %s %s (%ld)\n", good ? "ok" : "not ok", kind->name, program, n - 1);
    return good;
}

static int endure_all(const char *program, long most)
{
    int good = 1;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        good &= endure(&kinds[i], program, most);
    return good;
}

static int endure_folder(const char *folder, long most)
{
    static char names[MOST_PROGRAMS][400];
    int count = 0, good = 1;
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries)) && count < MOST_PROGRAMS;)
        if (entry->d_name[0] != '.')
            snprintf(names[count++], sizeof *names, "%s/%s", folder, entry->d_name);
    if (entries)
        closedir(entries);
    for (int i = 0; i < count; i++)
        good &= endure_all(names[i], most);
    return good;
}

int main(int argc, char **argv)
{
    int is_long = argc > 1 && strcmp(argv[1], "long") == 0, good = 1;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    long most = is_long ? 5000 : 25;
    if (argc > 2)
        for (int i = 2; i < argc; i++)
            good &= argv[i][strlen(argv[i]) - 1] == '/' ? endure_folder(argv[i], most) : endure_all(argv[i], most);
    else if (!is_long)
        for (size_t i = 0; i < sizeof some / sizeof *some; i++)
            good &= endure_all(some[i], most);
    else {
        static char chapters[64][64];
        int count = 0;
        DIR *entries = opendir("/tests");
        for (struct dirent *entry; entries && (entry = readdir(entries)) && count < 64;)
            if (entry->d_name[0] != '.' && strcmp(entry->d_name, "files") != 0)
                snprintf(chapters[count++], sizeof *chapters, "/tests/%.50s", entry->d_name);
        if (entries)
            closedir(entries);
        for (int i = 0; i < count; i++)
            good &= endure_folder(chapters[i], most);
    }
    return !good;
}
