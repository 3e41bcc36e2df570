// What a row of the bench is.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct row {
    const char *name;
    // What one operation is, for the table.
    const char *what;
    // How many are counted exactly; a timed row does as many as its time allows.
    unsigned count;
    // Does so many operations. What it needs is there: `start` made it, and the process ends after the row.
    void (*work)(unsigned count);
    // Prepares, if there is something to prepare; ends the row by `missing` where the kernel lacks what it takes.
    void (*start)(long argument);
    long argument;
};

// The rows, a list for each file; each ends with a row without a name.
extern const struct row call_rows[], file_rows[], memory_rows[], process_rows[], talk_rows[], disk_rows[],
    other_rows[], application_rows[];

// Ends the row: the kernel cannot do this.
_Noreturn void missing(const char *what);

// Ends the row unless a call succeeded; gives its result.
#define NEED(call) need((long)(call), #call)
static inline long need(long result, const char *what) {
    if (result == -1) missing(what);
    return result;
}
