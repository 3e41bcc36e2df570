Feature: The root archive
  It is a newc cpio archive, made from a folder. If it is damaged, Cor says so and stops in order.

  Background:
    Given the C program /bin/hello:
      """
      #include <stdio.h>
      int main(void) { puts("Hello, world!"); }
      """

  Scenario: An archive in order
    Given a root archive that is in order
    When /bin/hello runs
    Then it prints "Hello, world!"

  @cor
  Scenario Outline: An archive that is <damage>
    Given a root archive that is <damage>
    When /bin/hello runs
    Then the exit status is 125
    And bin/run says "<reason>"
    And it prints nothing

    Examples: what is no archive of this kind
      | damage                  | reason                                            |
      | empty                   | is empty, not a newc cpio archive                 |
      | a text                  | is of an unknown kind, not a newc cpio archive    |
      | a tar archive           | is a tar archive, not a newc cpio archive         |
      | of another kind of cpio | is an old cpio archive, not a newc cpio archive   |

    Examples: what has been one
      | damage                          | reason                   |
      | cut off in a header             | the archive is           |
      | cut off in the middle of a file | the archive is truncated |
      | without its trailer             | the archive is broken    |
      | damaged in a header             | the archive is broken    |
      | damaged in a number             | the archive is broken    |
      | full of names that do not end   | the archive is           |
      | full of files that do not end   | the archive is           |

  @cor
  Scenario Outline: A disk that is <damage>, told to be the root
    Given a further disk with a root archive that is <damage>
    When /bin/hello runs
    Then the exit status is 125
    And bin/run says "the disk vdb holds no root archive: this is"
    And bin/run says "not a newc cpio archive"

    Examples:
      | damage                  |
      | a text                  |
      | a tar archive           |
      | of another kind of cpio |

  @cor
  Scenario: The init that was asked for is not there
    When Cor boots with "init=/sbin/nothing"
    Then the exit status is 125
    And bin/run says "/sbin/nothing"
    And the console does not say "panic"

  @cor
  Scenario: No init at all
    When Cor boots with "init="
    Then the exit status is 125
    And bin/run says "neither /sbin/init nor /init"

  Scenario: Folders, links and modes are kept
    Given the file /data/inner/file:
      """
      found
      """
    And /data/inner/file has the mode 640
    And the link /data/link to inner/file
    And the link /data/lost to /nowhere
    And the folder /data/empty
    And the C program /bin/list:
      """
      #include <stdio.h>
      #include <sys/stat.h>
      #include <unistd.h>

      int main(void)
      {
          char target[100] = "";
          struct stat about;
          stat("/data/link", &about);
          readlink("/data/link", target, sizeof target - 1);
          printf("link to %s: %o, %ld bytes\n", target, about.st_mode, about.st_size);
          lstat("/data/lost", &about);
          printf("lost: %o\n", about.st_mode & S_IFMT);
          lstat("/data/empty", &about);
          printf("empty: %o\n", about.st_mode);
          puts(stat("/data/lost", &about) ? "leads nowhere" : "leads somewhere");
      }
      """
    When /bin/list runs
    Then it prints:
      """
      link to inner/file: 100640, 6 bytes
      lost: 120000
      empty: 40755
      leads nowhere
      """

  Scenario: What goes along keeps its links
    Given a directory of this computer goes along, with a file, links to it, to a directory and to nowhere
    And the C program /bin/links:
      """
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char target[100], line[100] = "", *links[] = {"1", "module", "lost"};
          for (int i = 0; i < 3; i++) {
              target[readlink(links[i], target, sizeof target - 1)] = 0;
              printf("%s -> %s\n", links[i], target);
          }
          fputs(fgets(line, sizeof line, fopen("module", "r")), stdout);
      }
      """
    When /bin/links runs in that directory
    Then it prints:
      """
      1 -> 1.0
      module -> 1/module
      lost -> /nowhere
      found
      """

  Scenario: A program whose interpreter is not there
    Given this computer's /bin/ls as /bin/ls
    When /bin/ls runs
    Then the exit status is 127
    And bin/run says "its interpreter /lib64/ld-linux-x86-64.so.2 is not in the root; --with /bin/ls brings it"

  @cor
  Scenario: A program that fills the root with files is told that it is full
    Given a machine with 32M of memory
    And a machine that may run for 15 seconds
    And the C program /bin/fill:
      """
      #include <fcntl.h>
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char name[20];
          int count = 0;
          for (;; count++) {
              sprintf(name, "/file%d", count);
              int file = open(name, O_CREAT | O_WRONLY, 0644);
              if (file < 0)
                  break;
              close(file);
          }
          while (count--) {
              sprintf(name, "/file%d", count);
              unlink(name);
          }
          puts(open("/another", O_CREAT | O_WRONLY, 0644) < 0 ? "still full" : "full, and then no more");
      }
      """
    When /bin/fill runs
    Then it prints "full, and then no more"
