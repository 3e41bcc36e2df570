// build: musl
// /proc/net/unix tells of sockets and their names.
#include "address.h"
#include <sys/stat.h>

#define PATH "/tmp/proc.socket"

int main(void)
{
    int listener = listen_at(PATH, SOCK_SEQPACKET, 1);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, "\0a name", 7);
    int other = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    SUCCEED(bind(other, (struct sockaddr *)&name, sizeof(sa_family_t) + 7));
    struct stat stat;
    SUCCEED(fstat(listener, &stat));
    FILE *file = fopen("/proc/net/unix", "r");
    CHECK(file);
    char line[256];
    CHECK(fgets(line, sizeof line, file));
    EQUAL(strcmp(line, "Num       RefCount Protocol Flags    Type St Inode Path\n"), 0);
    int found = 0, abstract = 0;
    while (fgets(line, sizeof line, file)) {
        unsigned references, protocol, flags, type, state;
        unsigned long number;
        char path[128] = "";
        sscanf(line, "%*[^:]: %x %x %x %x %x %lu %127[^\n]", &references, &protocol, &flags, &type, &state, &number, path);
        if (number == stat.st_ino) {
            found = 1;
            EQUAL(flags, 0x10000);
            EQUAL(type, SOCK_SEQPACKET);
            EQUAL(state, 1);
            EQUAL(strcmp(path, PATH), 0);
        }
        abstract |= !strcmp(path, "@a name");
    }
    EQUAL(found, 1);
    EQUAL(abstract, 1);
    unlink(PATH);
    return 0;
}
