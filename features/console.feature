Feature: At the console
  Without a program bin/run is a console: what is typed arrives, and what is pasted arrives whole.

  @cor
  Scenario: 64 KiB pasted at once
    Given the C program /bin/sh:
      """
      #include <stdio.h>
      #include <string.h>

      int main(void)
      {
          char line[200];
          long count = 0, in_order = 0;
          puts("ready");
          while (fgets(line, sizeof line, stdin) && strcmp(line, "enough\n")) {
              long number = -1;
              sscanf(line, "%ld", &number);
              in_order += number == count++ && strlen(line) == 64;
          }
          printf("%ld lines, %ld of them right\n", count, in_order);
      }
      """
    And a person at the console
    And the screen shows "ready"
    When 64 KiB in lines of 64 are pasted
    And "enough" is typed
    Then the screen shows "1024 lines, 1024 of them right"
    And bin/run ends with 0

  @cor
  Scenario: The last words of a shell arrive
    Given the C program /bin/sh:
      """
      #include <string.h>
      #include <unistd.h>

      int main(void)
      {
          static char words[200000];
          memset(words, '.', sizeof words);
          for (int i = 49; i < sizeof words; i += 50)
              words[i] = '\n';
          memcpy(words + sizeof words - 11, "last words\n", 11);
          write(1, words, sizeof words);
      }
      """
    And a person at the console
    Then the screen shows "last words"
    And bin/run ends with 0

  @cor
  Scenario: Typing is echoed and can be corrected
    Given the C program /bin/sh:
      """
      #include <stdio.h>

      int main(void)
      {
          char line[200];
          puts("Your name?");
          fgets(line, sizeof line, stdin);
          printf("Hello, %s", line);
      }
      """
    And a person at the console
    And the screen shows "Your name?"
    When "Corax<<" is typed, where < takes one back
    Then the screen shows "Hello, Cor"
    And bin/run ends with 0

  @cor
  Scenario: A script for the shell, which ends where the script does
    Given this computer's /bin/busybox as /bin/sh
    And standard input:
      """
      echo six times seven is $((6 * 7))
      """
    And a machine that may run for 15 seconds
    When Cor boots
    Then the console says "six times seven is 42"
    And the exit status is 0

  @cor
  Scenario Outline: What goes to a file or a pipe is plain lines, by <loader>
    Given this computer's /bin/busybox as /bin/sh
    And a machine that boots by <loader>
    And standard input:
      """
      echo six times seven is $((6 * 7))
      """
    When Cor boots
    Then the console says "six times seven is 42"
    And the console comes in plain lines

    Examples:
      | loader      |
      | QEMU itself |

    @uefi @slow
    Examples:
      | loader |
      | UEFI   |

  @cor
  Scenario Outline: What a program prints stays as it is, whatever came before it by <loader>
    Given a machine that boots by <loader>
    And the C program /bin/colours:
      """
      #include "stdio.h"
      int main(void) { puts("\033[1mbold\033[m\r"); }
      """
    When Cor boots and runs /bin/colours
    Then the console comes in plain lines, but what the program prints as it is:
      """
      \e[1mbold\e[m\r
      """

    Examples:
      | loader      |
      | QEMU itself |

    @uefi @slow
    Examples:
      | loader |
      | UEFI   |

  @cor
  Scenario: Ctrl-A x leaves
    Given the C program /bin/sh:
      """
      #include <stdio.h>
      int main(void) { puts("ready"); for (;;); }
      """
    And a person at the console
    And the screen shows "ready"
    When Ctrl-A x is pressed
    Then bin/run ends with 0

  Scenario: A dialogue, line by line
    Given the C program /bin/add:
      """
      #include <stdio.h>

      int main(void)
      {
          int sum = 0, number;
          puts("numbers?");
          fflush(stdout);
          while (scanf("%d", &number) == 1) {
              printf("sum %d\n", sum += number);
              fflush(stdout);
          }
      }
      """
    And /bin/add runs in a terminal
    And the screen shows "numbers?"
    When "17" is typed
    Then the screen shows "sum 17"
    When "4" is typed
    Then the screen shows "sum 21"
    When Ctrl-D is typed
    Then bin/run ends with 0

  Scenario: Ctrl-C ends a program, and the machine with it
    Given the C program /bin/forever:
      """
      #include <stdio.h>
      int main(void) { puts("ready"); fflush(stdout); for (;;); }
      """
    And /bin/forever runs in a terminal
    And the screen shows "ready"
    When Ctrl-C is pressed
    Then bin/run ends with 130

  Scenario: When bin/run is killed, the machine does not stay behind
    Given the C program /bin/forever:
      """
      #include <stdio.h>
      int main(void) { puts("ready"); fflush(stdout); for (;;); }
      """
    And /bin/forever runs in a terminal
    And the screen shows "ready"
    When bin/run is killed
    Then bin/run ends with 137

  Scenario: Several machines at once do not meet
    Given the C program /bin/echo:
      """
      #include <stdio.h>
      int main(int argc, char **argv) { puts(argv[1]); }
      """
    When /bin/echo runs 3 times at once, each time with its number
    Then each time it prints its number
