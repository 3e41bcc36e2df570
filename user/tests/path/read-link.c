// readlink(2): the text of a link, cut to the buffer, never ended by a NUL.
#include "../test.h"

int main(void)
{
    char text[100];
    memset(text, '#', sizeof text);
    EQUAL(readlink(FILES "link", text, sizeof text), 5);
    CHECK(memcmp(text, "hello#", 6) == 0);
    EQUAL(readlink(FILES "link", text, 3), 3);
    EQUAL(readlink(FILES "dangling", text, sizeof text), 7);
    EQUAL(readlink(FILES "folder/../folder-link", text, sizeof text), 12);
    EXPECT_ERRNO(readlink(FILES "hello", text, sizeof text), EINVAL);
    EXPECT_ERRNO(readlink(FILES "folder", text, sizeof text), EINVAL);
    EXPECT_ERRNO(readlink(FILES "nothing", text, sizeof text), ENOENT);
    EXPECT_ERRNO(readlink(FILES "hello/x", text, sizeof text), ENOTDIR);
    EXPECT_ERRNO(readlink("", text, sizeof text), ENOENT);
    volatile size_t none = 0;
    EXPECT_ERRNO(readlink(FILES "link", text, none), EINVAL);
}
