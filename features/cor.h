// Cor's own gate for the stories' C programs: int 0x14, the number in rax, arguments as Linux takes them, the result in rax.
#pragma once

static inline long cor(long number, long a, long b, long c, long d)
{
    register long fourth __asm__("r10") = d;
    long result;
    __asm__ volatile("int $0x14"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "memory");
    return result;
}

// Ends the program.
#define cor_exit(status) cor(1, status, 0, 0, 0)
// Writes bytes to an open file.
#define cor_write(file, bytes, length) cor(2, file, (long)(bytes), length, 0)
// Reads bytes from an open file.
#define cor_read(file, bytes, length) cor(3, file, (long)(bytes), length, 0)
// Opens a file for reading.
#define cor_open(path) cor(4, (long)(path), 0, 0, 0)
// Fresh memory, all zero.
#define cor_more_memory(bytes) cor(5, bytes, 0, 0, 0)
// Lets others run.
#define cor_yield() cor(6, 0, 0, 0, 0)
// Starts a program; gives its process number.
#define cor_spawn(path, arguments, environment) cor(7, (long)(path), (long)(arguments), (long)(environment), 0)
// Waits for a child (-1: for any); *status is as wait4(2) encodes it.
#define cor_wait(child, status) cor(8, child, (long)(status), 0, 0)
// Lets so many nanoseconds pass.
#define cor_sleep(nanoseconds) cor(9, nanoseconds, 0, 0, 0)
// Switches the machine off; bin/run ends with the status, which is as wait4(2) encodes it.
#define cor_power_off(status) cor(10, status, 0, 0, 0)
