// Says hello.
#include <stdio.h>

int main(void)
{
    printf("Hello from a C program.\n");
}
