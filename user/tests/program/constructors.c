// Constructors run before main in their order, with arguments and standard streams ready.
#include "../test.h"

static int order;

__attribute__((constructor(200))) static void second(void) { CHECK(order++ == 1); }
__attribute__((constructor(101))) static void first(void) { CHECK(order++ == 0 && stdout); }

int main(int argc, char **argv)
{
    EQUAL(order, 2);
    CHECK(argc > 0 && argv[0]);
}
