Feature: How a program ended
  bin/run ends as the program did, and says why where the program did not run.

  Scenario Outline: The status <status>
    Given the C program /bin/end:
      """
      #include "stdlib.h"
      int main(int argc, char **argv) { return atoi(argv[1]); }
      """
    When /bin/end runs with "<status>"
    Then its exit status is <status>
    And bin/run says nothing

    Examples:
      | status |
      | 0      |
      | 1      |
      | 124    |
      | 255    |

  Scenario Outline: Ended by itself: <crash>
    Given the C program /bin/crash:
      """
      int main(void)
      {
          <crash>;
          return 1;
      }
      """
    When /bin/crash runs
    Then its exit status is <status>

    Examples:
      | crash                            | status |
      | *(volatile int *)0 = 1           | 139    |
      | __builtin_trap()                 | 132    |
      | __asm__("idivl %%ecx" :: "c"(0)) | 136    |

  Scenario: A program that does not end is ended
    Given the C program /bin/forever, built with "-nostdlib":
      """
      void _start(void) { for (;;); }
      """
    And a machine that may run for 2 seconds
    When /bin/forever runs
    Then the exit status is 124
    And bin/run says "timed out"

  @cor
  Scenario: What bin/run does not understand
    When bin/run is called with "--fast -- /bin/end"
    Then the exit status is 125
    And bin/run says "unexpected argument '--fast'"

  Scenario: What is not there is not found
    Given the file /etc/motd:
      """
      Nothing to run here.
      """
    When /bin/missing runs
    Then the exit status is 127
    And bin/run says "/bin/missing"

  Scenario: What is behind a file is not found
    Given the file /etc/motd:
      """
      This is no folder.
      """
    When /etc/motd/program runs
    Then the exit status is 127

  Scenario: A text is no program
    Given the file /bin/text:
      """
      Roses are red.
      """
    And /bin/text has the mode 755
    When /bin/text runs
    Then the exit status is 126
    And bin/run says "/bin/text"

  Scenario: A file that may not be run
    Given the C program /bin/locked:
      """
      int main(void) { return 0; }
      """
    And /bin/locked has the mode 644
    When /bin/locked runs
    Then the exit status is 126
    And bin/run says "/bin/locked"

  Scenario: A folder cannot be run
    Given the folder /bin/folder
    When /bin/folder runs
    Then the exit status is 126
