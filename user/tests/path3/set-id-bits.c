// build: musl
// What becomes of set-id and sticky bits: chmod(2), chown(2), write(2), truncate(2), inode(7).
#include "../cases.h"
#include <fcntl.h>

static int mode(const char *path)
{
    struct stat about;
    SUCCEED(stat(path, &about));
    return about.st_mode & 07777;
}

// A file with this mode that belongs to nobody.
static void theirs(int mode)
{
    unlink("theirs");
    make_file("theirs", 0666);
    SUCCEED(chown("theirs", 65534, 65534));
    SUCCEED(chmod("theirs", mode));
}

static void by_writing(void)
{
    theirs(06777);
    AS_NOBODY({
        int fd = SUCCEED(open("theirs", O_WRONLY));
        GIVES("opening clears nothing", mode("theirs"), 06777);
        EQUAL(write(fd, "", 0), 0);
        GIVES("writing nothing clears nothing", mode("theirs"), 06777);
        EQUAL(write(fd, "x", 1), 1);
        GIVES("writing clears both", mode("theirs"), 0777);
        close(fd);
    });
    theirs(02666);
    AS_NOBODY({
        int fd = SUCCEED(open("theirs", O_WRONLY));
        EQUAL(write(fd, "x", 1), 1);
        GIVES("writing clears no bit that means locking", mode("theirs"), 02666);
        close(fd);
    });
    theirs(06777);
    AS_NOBODY(SUCCEED(truncate("theirs", 5)));
    GIVES("truncating clears both", mode("theirs"), 0777);
    theirs(06777);
    AS_NOBODY(close(SUCCEED(open("theirs", O_WRONLY | O_TRUNC))));
    GIVES("emptying clears both", mode("theirs"), 0777);
    theirs(06777);
    int fd = SUCCEED(open("theirs", O_WRONLY));
    EQUAL(write(fd, "x", 1), 1);
    close(fd);
    GIVES("the superuser's writing clears nothing", mode("theirs"), 06777);
}

static void by_chown(void)
{
    theirs(06777);
    AS_NOBODY(SUCCEED(chown("theirs", -1, 65534)));
    GIVES("chown clears both", mode("theirs"), 0777);
    theirs(06777);
    SUCCEED(chown("theirs", 1, 1));
    GIVES("the superuser's too", mode("theirs"), 0777);
    theirs(02666);
    SUCCEED(chown("theirs", 1, 1));
    GIVES("but not what means locking", mode("theirs"), 02666);
    theirs(06777);
    SUCCEED(chown("theirs", -1, -1));
    GIVES("even if nobody is given", mode("theirs"), 0777);
    SUCCEED(mkdir("folder", 0));
    SUCCEED(chmod("folder", 06777));
    SUCCEED(chown("folder", 1, 1));
    GIVES("but not of a folder", mode("folder"), 06777);
}

static void by_chmod(void)
{
    theirs(0666);
    AS_NOBODY(SUCCEED(chmod("theirs", 07777)));
    GIVES("the owner may set all", mode("theirs"), 07777);
    SUCCEED(chown("theirs", 65534, 0));
    AS_NOBODY(SUCCEED(chmod("theirs", 07777)));
    GIVES("but not for a group that is not his", mode("theirs"), 05777);
    SUCCEED(chmod("theirs", 0170000 | 0644));
    GIVES("other bits are ignored", mode("theirs"), 0644);
}

static void inherited(void)
{
    SUCCEED(mkdir("group", 0));
    SUCCEED(chown("group", 65534, 77));
    SUCCEED(chmod("group", 02777));
    SUCCEED(mkdir("group/inner", 0755));
    GIVES("a folder gets the bit", mode("group/inner"), 02755);
    make_file("group/file", 0755);
    GIVES("a file does not", mode("group/file"), 0755);
    struct stat about;
    SUCCEED(stat("group/file", &about));
    GIVES("but the group", about.st_gid, 77);
    AS_NOBODY({
        int fd = SUCCEED(open("group/stranger", O_CREAT | O_RDWR, 02755));
        close(fd);
        GIVES("a stranger's file does not run as the group", mode("group/stranger"), 0755);
    });
}

int main(void)
{
    in_fresh_folder("/tmp/set-id-bits");
    by_writing();
    by_chown();
    by_chmod();
    inherited();
    return end_cases();
}
