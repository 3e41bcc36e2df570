// /proc/iomem and /proc/ioports: ranges inside of ranges, and addresses only for who has CAP_SYS_ADMIN.
#include "../process.h"
#include <linux/capability.h>

#define MOST 512

struct range {
    unsigned long first, last;
    int depth;
    char name[64];
};

static struct range ranges[MOST];

static int read_ranges(const char *path)
{
    FILE *file = fopen(path, "r");
    CHECK(file);
    char line[256];
    int count = 0;
    while (fgets(line, sizeof line, file)) {
        CHECK(count < MOST);
        struct range *range = &ranges[count++];
        int blanks = (int)strspn(line, " "), digits = 0, end = 0;
        EQUAL(blanks % 2, 0);
        range->depth = blanks / 2;
        EQUAL(sscanf(line + blanks, "%lx%n-%lx : %n", &range->first, &digits, &range->last, &end), 2);
        CHECK(digits >= (strcmp(path, "/proc/ioports") ? 8 : 4) && end > 0);
        snprintf(range->name, sizeof range->name, "%s", line + blanks + end);
        CHECK(strlen(range->name) > 1);
    }
    fclose(file);
    CHECK(count > 0);
    return count;
}

static void in_order_and_nested(int count)
{
    for (int i = 0; i < count; i++) {
        CHECK(ranges[i].first <= ranges[i].last);
        int before = i - 1;
        while (before >= 0 && ranges[before].depth > ranges[i].depth)
            before--;
        if (before < 0) {
            EQUAL(ranges[i].depth, 0);
        } else if (ranges[before].depth == ranges[i].depth) {
            CHECK(ranges[before].last < ranges[i].first);
        } else {
            EQUAL(ranges[before].depth, ranges[i].depth - 1);
            CHECK(ranges[before].first <= ranges[i].first && ranges[i].last <= ranges[before].last);
        }
    }
}

static struct range *named(const char *name, int count)
{
    for (int i = 0; i < count; i++)
        if (strncmp(ranges[i].name, name, strlen(name)) == 0)
            return &ranges[i];
    FAIL("nothing is called %s", name);
}

static int are_shown(int count)
{
    for (int i = 0; i < count; i++)
        if (ranges[i].last != 0)
            return 1;
    return 0;
}

// Without the capability, or with one that holds in a user namespace of its own only, no addresses are seen.
static int may_see(void)
{
    FILE *file = fopen("/proc/self/uid_map", "r");
    unsigned long inside, outside, count = 0xffffffff, capabilities = 0;
    if (file) {
        EQUAL(fscanf(file, "%lu %lu %lu", &inside, &outside, &count), 3);
        fclose(file);
    }
    file = fopen("/proc/self/status", "r");
    CHECK(file);
    for (char line[256]; fgets(line, sizeof line, file);)
        if (sscanf(line, "CapEff: %lx", &capabilities) == 1)
            break;
    fclose(file);
    return count == 0xffffffff && capabilities >> CAP_SYS_ADMIN & 1;
}

static void as_another(void)
{
    SUCCEED(setuid(4711));
    CHECK(!are_shown(read_ranges("/proc/iomem")));
    CHECK(!are_shown(read_ranges("/proc/ioports")));
}

int main(void)
{
    int count = read_ranges("/proc/iomem"), shown = are_shown(count);
    EQUAL(shown, may_see());
    struct range *ram = named("System RAM", count);
    EQUAL(ram->depth, 0);
    if (shown) {
        in_order_and_nested(count);
        named("Reserved", count);
        struct range *code = named("Kernel code", count), *data = named("Kernel data", count);
        CHECK(code->depth == 1 && data->depth == 1 && code->last < data->first);
        in_order_and_nested(read_ranges("/proc/ioports"));
    }
    EQUAL(IN_CHILD(as_another()), 0);
}
