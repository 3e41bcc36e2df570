// build: musl
// Symbolic links: to files, folders and links, relative to where they stand, and round in a circle.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

static void same(const char *a, const char *b)
{
    struct stat one, other;
    SUCCEED(stat(a, &one));
    SUCCEED(stat(b, &other));
    if (one.st_ino != other.st_ino)
        FAIL("%s and %s are two files", a, b);
}

int main(void)
{
    struct stat about;
    same(FILES "link", FILES "hello");
    same(FILES "chain", FILES "hello");
    same(FILES "folder/up-link", FILES "hello");
    same(FILES "folder-link", FILES "folder/inner");
    same(FILES "folder-link/deep", FILES "folder/inner/deep");
    same(FILES "folder-link/..", FILES "folder");
    same(FILES "folder-link/../up-link", FILES "hello");
    same(FILES "absolute", FILES "folder/a");

    // A slash at the end follows even where the link itself is asked for.
    SUCCEED(lstat(FILES "folder-link", &about));
    CHECK(S_ISLNK(about.st_mode));
    SUCCEED(lstat(FILES "folder-link/", &about));
    CHECK(S_ISDIR(about.st_mode));
    EXPECT_ERRNO(stat(FILES "link/", &about), ENOTDIR);
    EXPECT_ERRNO(stat(FILES "loop", &about), ELOOP);
    EXPECT_ERRNO(stat(FILES "loop/x", &about), ELOOP);
    SUCCEED(lstat(FILES "loop", &about));
}
