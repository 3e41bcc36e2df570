// Does what a program must not: crash null|read|execute|divide|illegal|privileged|port|int3|overflow|noncanonical|stack
#include <stdio.h>
#include <string.h>

static int overflow(volatile char *last)
{
    volatile char frame[4096];
    frame[0] = last ? *last : 0;
    return (last ? overflow(frame) : 0) + frame[0];
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "null";
    volatile int zero = 0;
    static char data[16];
    if (!strcmp(how, "null"))
        *(volatile int *)(long)zero = 1;
    else if (!strcmp(how, "read"))
        zero = *(volatile int *)0xffff800000000000;
    else if (!strcmp(how, "execute"))
        ((void (*)(void))data)();
    else if (!strcmp(how, "divide"))
        __asm__ volatile("divl %0" ::"r"(zero), "a"(1), "d"(0));
    else if (!strcmp(how, "illegal"))
        __asm__ volatile("ud2");
    else if (!strcmp(how, "privileged"))
        __asm__ volatile("cli");
    else if (!strcmp(how, "port"))
        __asm__ volatile("outb %%al, $0x80" ::"a"(0));
    else if (!strcmp(how, "int3"))
        __asm__ volatile("int3");
    else if (!strcmp(how, "overflow"))
        zero = overflow(data);
    else if (!strcmp(how, "noncanonical"))
        __asm__ volatile("movq $0x8000000000000000, %%rax; jmp *%%rax" ::: "rax");
    else if (!strcmp(how, "stack"))
        __asm__ volatile("xorl %esp, %esp; pushq $1");
    else
        fprintf(stderr, "crash: no such way: %s\n", how);
    printf("still here\n");
    return 2;
}
