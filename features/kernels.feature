Feature: Other kernels
  With --kernel another kernel boots by the same command, so that both can be compared.

  @cor
  Scenario Outline: <file> is refused, and named
    When bin/run is given <file> as kernel
    Then the exit status is 125
    And bin/run says "<what>"

    Examples:
      | file            | what                    |
      | an arm64 Image  | an arm64 Linux Image    |
      | an ELF program  | a 64-bit ELF file       |
      | a PE program    | a PE program            |
      | a packed kernel | gzip-compressed data    |
      | a text          | of an unknown kind      |
      | an empty file   | empty                   |

  @cor @linux
  Scenario: Debian's kernel runs the same program in the same root
    Given the kernel of a Debian for clouds
    And a disk that says "the same disk" all over sector 0
    And the file /etc/motd:
      """
      The same root.
      """
    And the C program /bin/same:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/utsname.h>
      #include <unistd.h>

      int main(int argc, char **argv)
      {
          char line[100], sector[14] = "";
          struct utsname name;
          fgets(line, sizeof line, fopen("/etc/motd", "r"));
          read(open("/dev/vdb", O_RDONLY), sector, 13);
          uname(&name);
          printf("%s: %s, %s, %s", name.sysname, argv[1], sector, line);
          return 7;
      }
      """
    When /bin/same runs with "two words"
    Then it prints "Linux: two, the same disk, The same root."
    And its exit status is 7
