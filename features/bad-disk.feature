Feature: A disk that fails
  QEMU's blkdebug answers some requests with an error, as a worn disk does. Whoever asked is told; everybody else goes on.

  Background:
    Given the C program /bin/sectors:
      """
      // Reads sectors of the disk that it is told of, and says what became of each.
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>

      int main(int argc, char **argv)
      {
          static _Alignas(4096) char sector[512];
          char *usual[] = { argv[0], "direct", "12" };
          int disk = open("/dev/vdb", O_RDONLY);
          if (argc == 1)
              argv = usual, argc = 3;
          for (int i = 1; i < argc; i++)
              if (strcmp(argv[i], "direct") == 0)
                  disk = open("/dev/vdb", O_RDONLY | O_DIRECT);
              else if (pread(disk, sector, 512, atol(argv[i]) * 512) == 512)
                  printf("%s: %.6s\n", argv[i], sector);
              else
                  printf("%s: %s\n", argv[i], strerrorname_np(errno));
      }
      """

  Scenario: Whoever asks for a sector that cannot be read is told, each time
    Given a disk that says "letter" all over sector 40
    And its disk cannot read sector 12
    When /bin/sectors runs with "12 40 12"
    Then it prints:
      """
      12: EIO
      40: letter
      12: EIO
      """

  Scenario: What lies before it is read, though it would have come along
    Given a disk that says "letter" all over sector 0
    And its disk cannot read sector 12
    When /bin/sectors runs with "0 12 direct 0 12"
    Then it prints:
      """
      0: letter
      12: EIO
      0: letter
      12: EIO
      """

  Scenario: A sector that can be read when it is asked for again
    Given a disk that says "letter" all over sector 12
    And its disk cannot read sector 12, the first time
    When /bin/sectors runs with "direct 12 12"
    Then it prints:
      """
      12: EIO
      12: letter
      """

  @cor
  Scenario: The log says which sectors
    Given a disk that says "letter" all over sector 0
    And its disk cannot read sector 12
    When Cor boots and runs /bin/sectors
    Then the console says "error: vdb: cannot read 512 bytes at sector 12: input/output error (EIO)"

  Scenario: A program that has mapped it, and another that reads on meanwhile
    Given a disk that says "letter" all over sector 40
    And its disk cannot read sector 12
    And the C program /bin/both:
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/mman.h>
      #include <sys/wait.h>
      #include <unistd.h>

      int main(void)
      {
          static _Alignas(4096) char sector[512];
          int status, disk = open("/dev/vdb", O_RDONLY), direct = open("/dev/vdb", O_RDONLY | O_DIRECT);
          pid_t child = fork();
          if (child == 0) {
              volatile char *map = mmap(NULL, 65536, PROT_READ, MAP_SHARED, disk, 0);
              return map[40 * 512] == 'l' ? map[12 * 512] : 1;
          }
          for (int i = 0; i < 500; i++)
              if (pread(direct, sector, 512, 40 * 512) != 512)
                  perror("the other sector");
          waitpid(child, &status, 0);
          printf("signal %d, %.6s\n", WTERMSIG(status), sector);
      }
      """
    When /bin/both runs
    Then it prints "signal 7, letter"

  Scenario: What cannot be written is told of, and can be written again
    Given an empty disk of 2 MiB
    And its disk cannot write sector 12, the first time
    And the C program /bin/write:
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <stdio.h>
      #include <string.h>
      #include <unistd.h>

      int main(void)
      {
          static char page[300 * 4096];
          int disk = open("/dev/vdb", O_RDWR);
          memset(page, 'x', sizeof page);
          for (int i = 0; i < 2; i++)
              // Cor says it at once, Linux when it has tried.
              if (pwrite(disk, page, sizeof page, 0) != sizeof page || fsync(disk) != 0)
                  printf("%s ", strerrorname_np(errno));
              else
                  printf("done\n");
      }
      """
    When /bin/write runs
    Then it prints "EIO done"
    And sector 12 of the disk begins with "xxx"

  Scenario: What cannot be made durable
    Given a disk that says "letter" all over sector 12
    And its disk cannot make anything durable
    And the C program /bin/write:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          int disk = open("/dev/vdb", O_RDWR);
          if (pwrite(disk, "new", 3, 0) != 3)
              puts("cannot write");
          if (fsync(disk) != 0)
              puts("cannot keep it");
      }
      """
    When /bin/write runs
    Then it prints "cannot keep it"
