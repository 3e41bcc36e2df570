// realloc(3) keeps a block's bytes while it grows to 64 MiB and shrinks again.
#include "../test.h"

static int intact(const unsigned *words, size_t count)
{
    for (size_t i = 0; i < count; i += 101)
        if (words[i] != i)
            return 0;
    return 1;
}

int main(void)
{
    size_t count = 100;
    unsigned *words = NULL;
    for (size_t filled = 0; count <= 16 << 20; count *= 4) {
        words = realloc(words, count * sizeof *words);
        CHECK(words);
        CHECK(intact(words, filled));
        for (; filled < count; filled++)
            words[filled] = filled;
    }
    for (; count > 100; count /= 8) {
        words = realloc(words, count / 8 * sizeof *words);
        CHECK(words && intact(words, count / 8));
    }
}
