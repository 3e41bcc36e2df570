// build: musl
// symlink(2): links are made of any text; forty may follow each other, one more is ELOOP; a file is made through one.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FOLDER "/tmp/symlink-test/"

static const char *name(int number)
{
    static char path[64];
    snprintf(path, sizeof path, FOLDER "%d", number);
    return path;
}

int main(void)
{
    char text[5000], target[64];
    for (int i = 0; i <= 41; i++)
        unlink(name(i));
    unlink(FOLDER "made");
    mkdir(FOLDER, 0700);

    SUCCEED(symlink(FILES "hello", name(0)));
    for (int i = 1; i <= 40; i++) {
        snprintf(target, sizeof target, "%d", i - 1);
        SUCCEED(symlink(target, name(i)));
    }
    struct stat about;
    SUCCEED(stat(name(39), &about)); // forty links
    EXPECT_ERRNO(stat(name(40), &about), ELOOP);
    SUCCEED(lstat(name(40), &about));
    EQUAL(about.st_size, 2);

    EXPECT_ERRNO(symlink("x", name(0)), EEXIST);
    EXPECT_ERRNO(symlink("", name(41)), ENOENT);
    EXPECT_ERRNO(symlink("x", ""), ENOENT);
    EXPECT_ERRNO(symlink("x", "/tmp/nothing-here/y"), ENOENT);
    memset(text, 't', sizeof text);
    text[4096] = 0;
    EXPECT_ERRNO(symlink(text, name(41)), ENAMETOOLONG);
    text[4095] = 0;
    SUCCEED(symlink(text, name(41)));
    EQUAL(readlink(name(41), text, sizeof text), 4095);

    SUCCEED(unlink(name(0)));
    SUCCEED(symlink("made", name(0)));
    EXPECT_ERRNO(open(name(5), O_RDONLY), ENOENT);
    EXPECT_ERRNO(open(name(0), O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    SUCCEED(open(name(5), O_CREAT | O_WRONLY, 0600));
    SUCCEED(lstat(FOLDER "made", &about));
    CHECK(S_ISREG(about.st_mode));
}
