// build: -static-pie
// A static program that may lie anywhere: it moves itself, by relative relocations, before main.
#include "../test.h"
#include <elf.h>
#include <sys/auxv.h>

static int value = 5;
static int *pointer = &value;
static int (*function)(const char *) = puts;
extern const char __ehdr_start[];

int main(void)
{
    const Elf64_Ehdr *header = (const void *)__ehdr_start;
    EQUAL(header->e_type, ET_DYN);
    EQUAL((long)header % 4096, 0);
    CHECK((long)header >= 0x10000);
    EQUAL(getauxval(AT_PHDR), (long)header + header->e_phoff);
    EQUAL(getauxval(AT_ENTRY), (long)header + header->e_entry);
    EQUAL(*pointer, 5);
    CHECK(function == puts);
}
