// reboot(2): only for the superuser, and only with the right numbers.
#include "../process.h"
#include <linux/reboot.h>
#include <sys/syscall.h>

int main(void)
{
    EXPECT_ERRNO(syscall(SYS_reboot, 0, 0, 0, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, 0, LINUX_REBOOT_CMD_RESTART, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0x1234, 0), EINVAL);
    EQUAL(IN_CHILD({
        SUCCEED(setuid(1000));
        EXPECT_ERRNO(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, 0), EPERM);
    }), 0);
}
