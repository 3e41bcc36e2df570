// remap_file_pages(2): the pages of a shared mapping in another order.
#include "../cases.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#define PAGE 4096UL

static void in_another_order(int flags, int fd)
{
    char *place = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
    CHECK(place != MAP_FAILED);
    for (int page = 0; page < 4; page++)
        place[page * PAGE] = 'a' + page;
    for (int page = 0; page < 4; page++)
        SUCCEED(remap_file_pages(place + page * PAGE, PAGE, 0, 3 - page, 0));
    for (int page = 0; page < 4; page++)
        EQUAL(place[page * PAGE], 'a' + 3 - page);
    SUCCEED(munmap(place, 4 * PAGE));
}

int main(void)
{
    in_fresh_folder("/tmp/remap-pages");
    int fd = SUCCEED(open("file", O_CREAT | O_RDWR, 0600));
    SUCCEED(ftruncate(fd, 4 * PAGE));
    in_another_order(MAP_SHARED, fd);
    in_another_order(MAP_SHARED | MAP_ANONYMOUS, -1);
    char *own = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    CASE("a private mapping", remap_file_pages(own, PAGE, 0, 0, 0), EINVAL);
    CASE("no mapping", remap_file_pages(BAD, PAGE, 0, 0, 0), EINVAL);
    CASE("rights", remap_file_pages(shared, PAGE, PROT_READ, 0, 0), EINVAL);
    CASE("nothing", remap_file_pages(shared, 0, 0, 0, 0), EINVAL);
    CASE("beyond all files", remap_file_pages(shared, PAGE, 0, SIZE_MAX, 0), EINVAL);
    close(fd);
    return end_cases();
}
