// Program files that are odd but right run; broken ones are refused with ENOEXEC, or end by a signal before they begin.
#include "../process.h"
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

#define NAME "/tmp/broken-file"
enum { RUNS = 42, BASE = 0x400000, SIZE = 0x2000 };

// A program that ends with 42: headers and code in one segment; the other headers are free.
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segments[4];
    unsigned char code[16], rest[SIZE - 64 - 4 * 56 - 16];
};

static const struct image right = {
    .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = ET_EXEC,
               .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_entry = BASE + offsetof(struct image, code),
               .e_phoff = 64, .e_ehsize = 64, .e_phentsize = 56, .e_phnum = 1},
    .segments = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = BASE, .p_filesz = SIZE, .p_memsz = SIZE,
                  .p_align = 4096}},
    .code = {0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05}, // exit(42)
};

static void write_file(const struct image *image, size_t size, mode_t mode)
{
    unlink(NAME);
    int file = SUCCEED(open(NAME, O_WRONLY | O_CREAT | O_EXCL, mode));
    EQUAL(write(file, image, size), size);
    SUCCEED(close(file));
}

// How a child that executes the file ends: a wait status, or the negative error of execve.
static int outcome(void)
{
    char *arguments[] = {NAME, NULL};
    int status = IN_CHILD({
        execve(NAME, arguments, arguments + 1);
        _exit(100 + errno);
    });
    return WIFEXITED(status) && WEXITSTATUS(status) > 100 ? 100 - WEXITSTATUS(status) : status;
}

#define WITH(change)                                            \
    ({                                                          \
        struct image image = right;                             \
        Elf64_Ehdr *header __attribute__((unused)) = &image.header; \
        Elf64_Phdr *first __attribute__((unused)) = image.segments; \
        Elf64_Phdr *second __attribute__((unused)) = first + 1; \
        size_t size = sizeof image;                             \
        change;                                                 \
        write_file(&image, size, 0700);                         \
        outcome();                                              \
    })

#define EXPECT_RUN(change) EQUAL(WITH(change), RUNS << 8)
#define EXPECT_REFUSED(change, error) EQUAL(WITH(change), -(error))
#define EXPECT_DEATH(change)                                    \
    do {                                                        \
        int how = WITH(change);                                 \
        if (!(how < 0 || WIFSIGNALED(how)))                     \
            FAIL("%s: wait status %#x", #change, how);          \
    } while (0)

static void odd(void)
{
    EXPECT_RUN();
    EXPECT_RUN(first->p_align = 0);
    EXPECT_RUN(first->p_align = 1);
    EXPECT_RUN(first->p_paddr = 0x1234567);
    EXPECT_RUN(first->p_memsz = SIZE + 100000);
    EXPECT_RUN((header->e_shoff = -1UL, header->e_shnum = 99, header->e_shstrndx = 7));
    EXPECT_RUN((header->e_ident[EI_OSABI] = 9, header->e_flags = 0x55));
    EXPECT_RUN((header->e_phnum = 4, second->p_type = PT_NULL, second[1].p_type = 0x6fffffff));
    EXPECT_RUN((header->e_phnum = 2, second->p_type = PT_NOTE, second->p_offset = -8UL, second->p_filesz = -1UL));
    EXPECT_RUN((first->p_offset = 0x120, first->p_vaddr = BASE + 0x120, first->p_filesz = first->p_memsz = 0x100));
    EXPECT_RUN((header->e_phnum = 2, *second = *first, second->p_vaddr = BASE + 0x100000));
    EXPECT_RUN(first->p_vaddr -= 0x100000; header->e_entry -= 0x100000);
    EXPECT_RUN(size = 0x130);
}

static void refused(void)
{
    EXPECT_REFUSED(header->e_ident[0] = 'E', ENOEXEC);
    EXPECT_REFUSED(header->e_type = ET_REL, ENOEXEC);
    EXPECT_REFUSED(header->e_type = ET_CORE, ENOEXEC);
    EXPECT_REFUSED(header->e_machine = EM_AARCH64, ENOEXEC);
    EXPECT_REFUSED(header->e_phentsize = 32, ENOEXEC);
    EXPECT_REFUSED(header->e_phnum = 0, ENOEXEC);
    EXPECT_REFUSED(header->e_phnum = 65535, ENOEXEC);
    EXPECT_REFUSED(header->e_phoff = SIZE, ENOEXEC);
    EXPECT_REFUSED(header->e_phoff = -56UL, ENOEXEC);
    EXPECT_REFUSED(header->e_phoff = 1UL << 62, ENOEXEC);
    EXPECT_REFUSED(size = 0, ENOEXEC);
    EXPECT_REFUSED(size = 4, ENOEXEC);
    EXPECT_REFUSED(size = 63, ENOEXEC);
    EXPECT_REFUSED(size = 100, ENOEXEC);
    write_file(&right, sizeof right, 0600);
    EQUAL(outcome(), -EACCES);
    unlink(NAME);
    EQUAL(outcome(), -ENOENT);
    SUCCEED(mkdir(NAME, 0700));
    EQUAL(outcome(), -EACCES);
    SUCCEED(rmdir(NAME));
}

static void deadly(void)
{
    EXPECT_DEATH(header->e_entry = 0);
    EXPECT_DEATH(header->e_entry = 0xffffffff80000000);
    EXPECT_DEATH(header->e_entry = 0x8000000000000000);
    EXPECT_DEATH(first->p_flags = PF_R);
    EXPECT_DEATH(first->p_type = PT_NULL);
    EXPECT_DEATH(first->p_vaddr = 0xffffffff80000000);
    EXPECT_DEATH(first->p_vaddr = 0x7ffffffff000);
    EXPECT_DEATH(first->p_vaddr = 0x8000000000000000);
    EXPECT_DEATH(first->p_vaddr = -4096UL);
    EXPECT_DEATH(first->p_vaddr = BASE + 8);
    EXPECT_DEATH(first->p_filesz = SIZE * 2UL);
    EXPECT_DEATH(first->p_filesz = -1UL);
    EXPECT_DEATH((first->p_filesz = -1UL, first->p_memsz = -1UL));
    EXPECT_DEATH(first->p_memsz = 1UL << 47);
    EXPECT_DEATH(first->p_memsz = -1UL);
    EXPECT_DEATH(first->p_offset = 0x100000);
    EXPECT_DEATH(first->p_offset = -4096UL);
    EXPECT_DEATH((header->e_phnum = 2, *second = *first, second->p_vaddr = 0x7ffffffff000));
}

int main(void)
{
    odd();
    refused();
    deadly();
    unlink(NAME);
}
