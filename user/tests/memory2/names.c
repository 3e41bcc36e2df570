// /proc/self/maps names what is mapped.
#include "../mapping.h"

static int names(const char *name, const void *at)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    if (!maps)
        SKIP("needs /proc/self/maps");
    char line[4200];
    int found = 0;
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        sscanf(line, "%lx-%lx", &start, &end);
        if (start <= (unsigned long)at && (unsigned long)at < end)
            found = strstr(line, name) != NULL;
    }
    fclose(maps);
    return found;
}

int main(void)
{
    int on_stack;
    CHECK(names("/names\n", (void *)main));
    CHECK(names("[stack]", &on_stack));
    CHECK(names("[heap]", (char *)sbrk(PAGE)));
    CHECK(names("/dev/zero (deleted)", map(1, BOTH, MAP_SHARED)));
    char path[] = "/tmp/names";
    int fd = SUCCEED(open(path, O_CREAT | O_RDWR, 0600));
    char *view = map_file(fd, 1, PROT_READ, MAP_PRIVATE);
    CHECK(names("/tmp/names\n", view));
    // As a library's: nobody has the file open any more.
    close(fd);
    CHECK(names("/tmp/names\n", view));
    SUCCEED(unlink(path));
    CHECK(names("/tmp/names (deleted)", view));
}
