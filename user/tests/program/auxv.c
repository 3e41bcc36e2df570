// getauxval(3): what the kernel tells a program about itself and the machine.
#include "../test.h"
#include <cpuid.h>
#include <elf.h>
#include <sys/auxv.h>

extern void _start(void);
extern const char __ehdr_start[];

// As the kernel wrote it: the library changes what getauxval(AT_HWCAP) says.
static unsigned long written(char **envp, unsigned long kind)
{
    while (*envp)
        envp++;
    for (Elf64_auxv_t *entry = (void *)(envp + 1); entry->a_type != AT_NULL; entry++)
        if (entry->a_type == kind)
            return entry->a_un.a_val;
    FAIL("no entry of kind %lu", kind);
}

int main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv;
    const Elf64_Ehdr *header = (const void *)__ehdr_start;
    EQUAL(getauxval(AT_PAGESZ), 4096);
    EQUAL(getauxval(AT_PHDR), (long)header + header->e_phoff);
    EQUAL(getauxval(AT_PHENT), sizeof(Elf64_Phdr));
    EQUAL(getauxval(AT_PHNUM), header->e_phnum);
    EQUAL(getauxval(AT_ENTRY), (long)_start);
    EQUAL(getauxval(AT_BASE), 0);
    EQUAL(getauxval(AT_FLAGS), 0);
    EQUAL(getauxval(AT_SECURE), 0);
    EQUAL(getauxval(AT_CLKTCK), 100);
    EQUAL(getauxval(AT_UID), getuid());
    EQUAL(getauxval(AT_EUID), geteuid());
    EQUAL(getauxval(AT_GID), getgid());
    EQUAL(getauxval(AT_EGID), getegid());

    unsigned a = 0, b = 0, c = 0, d = 0;
    CHECK(__get_cpuid(1, &a, &b, &c, &d));
    EQUAL(written(envp, AT_HWCAP), d);
    CHECK(strcmp((char *)getauxval(AT_PLATFORM), "x86_64") == 0);
    CHECK(strstr((char *)getauxval(AT_EXECFN), "auxv"));

    const unsigned char *random = (void *)getauxval(AT_RANDOM);
    int ones = 0;
    for (int i = 0; i < 16; i++)
        ones += __builtin_popcount(random[i]);
    CHECK(ones > 20 && ones < 108);
}
