// build: musl
// Standard output takes what it is given, however large, and knows no position.
#include "../test.h"
#include <sys/stat.h>

int main(void)
{
    static char text[20000];
    memset(text, '.', sizeof text);
    for (int i = 79; i < 20000; i += 80)
        text[i] = '\n';
    for (long done = 0; done < 20000;)
        done += SUCCEED(write(1, text + done, 20000 - done));
    EQUAL(write(1, text, 0), 0);

    struct stat about;
    SUCCEED(fstat(1, &about));
    if (S_ISCHR(about.st_mode) || S_ISFIFO(about.st_mode))
        EXPECT_ERRNO(lseek(1, 0, SEEK_CUR), ESPIPE);
}
