// A program that names an interpreter: that one starts, and finds both in the auxiliary vector; what goes wrong with it is told.
#include "../process.h"
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

#define PROGRAM "/tmp/with-interpreter"
#define INTERPRETER "/tmp/interpreter"
enum { BASE = 0x400000, SIZE = 0x2000, FAILED = 100 };

struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segments[2];
    char name[64];
    unsigned char code[512], rest[SIZE - 64 - 2 * 56 - 64 - 512];
};

// What the interpreter does: exit(40 + (AT_BASE is its own address) + 2 * (AT_ENTRY is the program's)).
extern const unsigned char code[], code_end[];
__asm__(".pushsection .rodata\n"
        "code: mov (%rsp), %rcx\n"
        "lea 16(%rsp, %rcx, 8), %rsi\n"
        "1: lodsq\n"
        "test %rax, %rax\n"
        "jnz 1b\n"
        "mov $40, %edi\n"
        "2: lodsq\n"
        "mov %rax, %rdx\n"
        "lodsq\n"
        "cmp $7, %rdx\n"
        "jne 3f\n"
        "lea code(%rip), %rbx\n"
        "and $-4096, %rbx\n"
        "cmp %rax, %rbx\n"
        "jne 3f\n"
        "add $1, %edi\n"
        "3: cmp $9, %rdx\n"
        "jne 4f\n"
        "cmp $0x401234, %rax\n"
        "jne 4f\n"
        "add $2, %edi\n"
        "4: test %rdx, %rdx\n"
        "jnz 2b\n"
        "mov $60, %eax\n"
        "syscall\n"
        "code_end:\n"
        ".popsection");

static struct image image(int type, unsigned long base, unsigned long entry)
{
    return (struct image){
        .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = type,
                   .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_entry = entry, .e_phoff = 64, .e_ehsize = 64,
                   .e_phentsize = 56, .e_phnum = 1},
        .segments = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = base, .p_filesz = SIZE, .p_memsz = SIZE,
                      .p_align = 4096},
                     {.p_type = PT_INTERP, .p_offset = offsetof(struct image, name), .p_filesz = sizeof INTERPRETER}},
        .name = INTERPRETER,
    };
}

static void write_file(const char *name, const void *bytes, size_t size, mode_t mode)
{
    unlink(name);
    int file = SUCCEED(open(name, O_WRONLY | O_CREAT | O_EXCL, mode));
    EQUAL(write(file, bytes, size), size);
    SUCCEED(close(file));
}

// How the program ends: its status, or the negative error of execve.
static int outcome(struct image *program)
{
    program->header.e_phnum = 2;
    write_file(PROGRAM, program, sizeof *program, 0700);
    char *arguments[] = {PROGRAM, "one", NULL};
    int status = IN_CHILD({
        execve(PROGRAM, arguments, arguments + 2);
        _exit(FAILED + errno);
    });
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status) > FAILED ? FAILED - WEXITSTATUS(status) : WEXITSTATUS(status);
}

int main(void)
{
    struct image program = image(ET_EXEC, BASE, 0x401234);
    struct image interpreter = image(ET_DYN, 0, offsetof(struct image, code));
    memcpy(interpreter.code, code, code_end - code);
    unlink(INTERPRETER);
    EQUAL(outcome(&program), -ENOENT);
    write_file(INTERPRETER, &interpreter, sizeof interpreter, 0700);
    EQUAL(outcome(&program), 43);
    write_file(INTERPRETER, &interpreter, sizeof interpreter, 0600);
    EQUAL(outcome(&program), -EACCES);
    write_file(INTERPRETER, "#!/bin/sh\n0123456789012345678901234567890123456789012345678901234567890123456789", 80, 0700);
    EQUAL(outcome(&program), -ELIBBAD);
    write_file(INTERPRETER, "short", 5, 0700);
    EQUAL(outcome(&program), -EIO);
    interpreter.header.e_machine = EM_AARCH64;
    write_file(INTERPRETER, &interpreter, sizeof interpreter, 0700);
    EQUAL(outcome(&program), -ELIBBAD);
    unlink(INTERPRETER);
    SUCCEED(mkdir(INTERPRETER, 0700));
    EQUAL(outcome(&program), -EACCES);
    SUCCEED(rmdir(INTERPRETER));

    struct image wrong = program;
    wrong.segments[1].p_filesz = sizeof INTERPRETER - 1;
    EQUAL(outcome(&wrong), -ENOEXEC);
    wrong = program;
    wrong.segments[1].p_filesz = 1;
    EQUAL(outcome(&wrong), -ENOEXEC);
    wrong = program;
    wrong.segments[1].p_filesz = 5000;
    EQUAL(outcome(&wrong), -ENOEXEC);
    wrong = program;
    wrong.segments[1].p_offset = SIZE;
    EQUAL(outcome(&wrong), -EIO);
}
