// build: musl
// How a mount says that readings are noted: MS_NOATIME, MS_NODIRATIME, MS_RELATIME, MS_STRICTATIME; mount(2).
#include "../cases.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/statvfs.h>

#define OLD 1000000000
#define LATE 2000000000

static void prepare(const char *path, long accessed, long modified)
{
    struct timespec times[2] = {{accessed, 0}, {modified, 0}};
    SUCCEED(utimensat(AT_FDCWD, path, times, 0));
}

// Whether reading changes the time of the last access.
static int is_noted(const char *path)
{
    struct stat before, after;
    SUCCEED(stat(path, &before));
    if (S_ISDIR(before.st_mode)) {
        DIR *folder = opendir(path);
        CHECK(folder && readdir(folder));
        closedir(folder);
    } else {
        int fd = SUCCEED(open(path, O_RDONLY));
        EQUAL(read(fd, (char[4]){0}, 4), 4);
        close(fd);
    }
    SUCCEED(stat(path, &after));
    return before.st_atim.tv_sec != after.st_atim.tv_sec;
}

static void with(unsigned long flags)
{
    SUCCEED(mount("none", "on", NULL, MS_REMOUNT | MS_BIND | flags, NULL));
}

static unsigned long told(void)
{
    struct statvfs about;
    SUCCEED(statvfs("on", &about));
    return about.f_flag & (ST_NOATIME | ST_NODIRATIME | ST_RELATIME | ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC);
}

int main(void)
{
    in_fresh_folder("/tmp/access-times");
    SUCCEED(mkdir("on", 0755));
    SUCCEED(mount("none", "on", "tmpfs", 0, NULL));
    SUCCEED(mkdir("on/folder", 0755));
    int fd = SUCCEED(open("on/file", O_CREAT | O_WRONLY, 0666));
    EQUAL(write(fd, "text", 4), 4);
    close(fd);

    GIVES("seldom is the rule", told(), ST_RELATIME);
    prepare("on/file", OLD, OLD + 1);
    GIVES("the first after a change", is_noted("on/file"), 1);
    GIVES("not the second", is_noted("on/file"), 0);
    prepare("on/file", OLD, OLD - 1);
    GIVES("the first of a day", is_noted("on/file"), 1);
    prepare("on/folder", OLD, OLD - 1);
    GIVES("of a folder too", is_noted("on/folder"), 1);

    with(MS_NOATIME);
    GIVES("never", told(), ST_NOATIME);
    prepare("on/file", OLD, OLD + 1);
    prepare("on/folder", OLD, OLD + 1);
    GIVES("not of a file", is_noted("on/file"), 0);
    GIVES("not of a folder", is_noted("on/folder"), 0);
    with(0);
    GIVES("a remount that says nothing changes nothing", told(), ST_NOATIME);

    with(MS_NODIRATIME);
    GIVES("never of folders", told(), ST_NODIRATIME | ST_RELATIME);
    GIVES("of a file", is_noted("on/file"), 1);
    GIVES("of no folder", is_noted("on/folder"), 0);

    with(MS_STRICTATIME);
    GIVES("always", told(), 0);
    prepare("on/file", LATE, OLD);
    GIVES("even if it is later than all else", is_noted("on/file"), 1);

    with(MS_RELATIME | MS_NOSUID | MS_NODEV | MS_NOEXEC);
    GIVES("and other flags", told(), ST_RELATIME | ST_NOSUID | ST_NODEV | ST_NOEXEC);
    with(MS_RELATIME | MS_RDONLY);
    GIVES("read-only", told(), ST_RELATIME | ST_RDONLY);
    return end_cases();
}
