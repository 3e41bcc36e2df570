// Copies files, or standard input, to standard output.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *name)
{
    fprintf(stderr, "copy: %s: %s\n", name, strerror(errno));
    return 1;
}

static int copy(int from, const char *name)
{
    static char buffer[16384];
    ssize_t count;
    while ((count = read(from, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0, written; done < count; done += written)
            if ((written = write(1, buffer + done, count - done)) < 0)
                return fail("standard output");
    return count < 0 ? fail(name) : 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return copy(0, "standard input");
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int file = open(argv[i], O_RDONLY);
        status |= file < 0 ? fail(argv[i]) : copy(file, argv[i]);
        close(file);
    }
    return status;
}
