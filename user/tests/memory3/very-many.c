// build: musl
// A program maps until there are too many mappings, which must not take ever longer; then all go. mmap(2), ENOMEM
#include "../cases.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define MOST 70000

static char *places[MOST];

int main(void)
{
    in_fresh_folder("/tmp/very-many");
    int fd = SUCCEED(open("file", O_CREAT | O_RDWR, 0600));
    SUCCEED(ftruncate(fd, PAGE));
    int count = 0;
    while (count < MOST) {
        // Neighbours show the same page, so none continues another.
        char *place = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
        if (place == MAP_FAILED)
            break;
        places[count++] = place;
    }
    EQUAL(errno, ENOMEM);
    CHECK(count > 60000 && count < 65536);
    SUCCEED(munmap(places[count / 2], PAGE));
    char *again = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(again == places[count / 2]);
    for (int index = 0; index < count; index++)
        SUCCEED(munmap(places[index], PAGE));
    close(fd);
    return end_cases();
}
