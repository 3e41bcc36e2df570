// set_robust_list(2) takes only a head of the right size.
#include "../test.h"
#include <linux/futex.h>
#include <sys/syscall.h>

int main(void)
{
    struct robust_list_head head = {.list = {&head.list}};
    EQUAL(syscall(SYS_set_robust_list, &head, sizeof head), 0);
    EXPECT_ERRNO(syscall(SYS_set_robust_list, &head, sizeof head - 1), EINVAL);
    EXPECT_ERRNO(syscall(SYS_set_robust_list, &head, 0), EINVAL);
}
