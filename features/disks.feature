Feature: Disks
  The first disk holds the root. Further ones are /dev/vdb and on.

  Scenario: A sector full of "OHAI THERE"
    Given a disk that says "OHAI THERE" all over sector 3
    And the C program /bin/sector:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char sector[512];
          int disk = open("/dev/vdb", O_RDONLY);
          if (pread(disk, sector, 512, 3 * 512) != 512)
              perror("/dev/vdb");
          printf("%.10s ... %.2s\n", sector, sector + 510);
      }
      """
    When /bin/sector runs
    Then it prints "OHAI THERE ... OH"

  @cor
  Scenario: The same through Cor's own gate
    Given a disk that says "OHAI THERE" all over sector 0
    And the C program /bin/sector, built with "-nostdlib":
      """
      #include "cor.h"

      void _start(void)
      {
          static char sector[512];
          cor_read(cor_open("/dev/vdb"), sector, 512);
          cor_write(1, sector, 10);
          cor_exit(0);
      }
      """
    When Cor boots and runs /bin/sector
    Then the console says "OHAI THERE"

  Scenario: Two disks, each with its own
    Given a disk that says "first" all over sector 0
    And a disk that says "second" all over sector 0
    And the C program /bin/both:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char b[7] = "", c[7] = "";
          read(open("/dev/vdb", O_RDONLY), b, 5);
          read(open("/dev/vdc", O_RDONLY), c, 6);
          printf("%s %s\n", b, c);
      }
      """
    When /bin/both runs
    Then it prints "first second"

  Scenario: A disk that is not attached is not there
    Given the C program /bin/look:
      """
      #include <fcntl.h>
      #include <stdio.h>
      int main(void) { open("/dev/vdb", O_RDONLY); perror("/dev/vdb"); }
      """
    When /bin/look runs
    Then it prints "/dev/vdb: No such file or directory"

  @cor
  Scenario: A disk that this computer does not have
    When bin/run is called with "--disk /no/such/disk -- /bin/look"
    Then the exit status is 125
    And bin/run says "cannot read the disk /no/such/disk"

  Scenario: What is written stays on the disk
    Given an empty disk of 1 MiB
    And the C program /bin/write:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          int disk = open("/dev/vdb", O_WRONLY);
          if (pwrite(disk, "This is what remains.", 21, 7 * 512) != 21 || fsync(disk) != 0)
              perror("/dev/vdb");
      }
      """
    When /bin/write runs
    Then it prints nothing
    And sector 7 of the disk begins with "This is what remains."

  Scenario: A program that has fewer bytes than it offers
    Given a disk that says "before" all over sector 1
    And the C program /bin/write:
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/mman.h>
      #include <unistd.h>

      int main(void)
      {
          char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          munmap(pages + 4096, 4096);
          printf("%zd\n", pwrite(open("/dev/vdb", O_WRONLY), pages + 4000, 4096, 0));
          sync();
      }
      """
    When /bin/write runs
    Then it prints "96"
    And sector 1 of the disk begins with "before"

  Scenario: Unless nothing is to stay
    Given a disk that says "before" all over sector 0
    And what is written to disks is dropped
    And the C program /bin/write:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char back[5];
          int disk = open("/dev/vdb", O_RDWR);
          pwrite(disk, "after", 5, 0);
          fsync(disk);
          pread(disk, back, 5, 0);
          printf("%.5s\n", back);
      }
      """
    When /bin/write runs
    Then it prints "after"
    And sector 0 of the disk begins with "before"

  Scenario: A file on the boot disk
    Given the file /etc/motd:
      """
      Welcome aboard.
      """
    And the C program /bin/motd:
      """
      #include <stdio.h>

      int main(void)
      {
          char line[100];
          FILE *file = fopen("/etc/motd", "r");
          fputs(fgets(line, sizeof line, file), stdout);
      }
      """
    When /bin/motd runs
    Then it prints "Welcome aboard."

  Scenario: A long file on the boot disk
    Given the file /data/long with 3000 KiB of "0123456789abcdef"
    And the C program /bin/add:
      """
      #include <stdio.h>

      int main(void)
      {
          FILE *file = fopen("/data/long", "r");
          unsigned long count = 0, sum = 0;
          for (int byte; (byte = getc(file)) != EOF; count++)
              sum += byte;
          printf("%lu bytes, sum %lu\n", count, sum);
      }
      """
    When /bin/add runs
    Then it prints "3072000 bytes, sum 215424000"
