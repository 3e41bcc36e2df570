// build: musl
// Thousands of mappings, of which every other one goes, and what is left keeps its bytes.
#include "../test.h"
#include <sys/mman.h>

enum { PAGE = 4096, COUNT = 4000 };

int main(void)
{
    static char *pages[COUNT];
    for (int i = 0; i < COUNT; i++) {
        int rights = i % 3 ? PROT_READ | PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC;
        pages[i] = mmap(NULL, PAGE, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(pages[i] != MAP_FAILED);
        *(int *)pages[i] = i;
    }
    for (int i = 0; i < COUNT; i += 2)
        SUCCEED(munmap(pages[i], PAGE));
    for (int i = 1; i < COUNT; i += 2)
        EQUAL(*(int *)pages[i], i);
    for (int i = 1; i < COUNT; i += 2)
        SUCCEED(munmap(pages[i], PAGE));
}
