Feature: Arguments, environment and working folder
  What a program is given arrives as it was typed.

  Background:
    Given the C program /bin/repeat:
      """
      #include <stdio.h>

      int main(int argc, char **argv)
      {
          for (int i = 1; i < argc; i++) {
              fputs(argv[i], stdout);
              putchar('\0');
          }
      }
      """

  Scenario: Spaces, quotes, and what would mean something to a shell
    When /bin/repeat runs with the arguments:
      | two words           |
      | "double" 'single'   |
      | $HOME * ~ ; # & > ` |
      |                     |
      | --quiet             |
      | ärger 🦀            |
    Then it prints each argument as it was given

  Scenario: Several lines
    When /bin/repeat runs with the argument:
      """
      first line
          second line,	with a tab

      last line
      """
    Then it prints each argument as it was given

  Scenario: 200 KiB of them
    When /bin/repeat runs with 20 arguments of 10 KiB
    Then it prints each argument as it was given

  Scenario: One of 100 KiB
    When /bin/repeat runs with 1 arguments of 100 KiB
    Then it prints each argument as it was given

  Scenario: The environment
    Given the C program /bin/environment:
      """
      #include <stdio.h>

      int main(int argc, char **argv, char **environment)
      {
          while (*environment)
              puts(*environment++);
      }
      """
    And the variable GREETING=good morning = bonjour in its environment
    And the variable HOME=/root in its environment
    When /bin/environment runs
    Then it prints:
      """
      PATH=/bin:/sbin:/usr/bin:/usr/sbin
      GREETING=good morning = bonjour
      HOME=/root
      """

  Scenario: The working folder
    Given the C program /bin/here:
      """
      #include <stdio.h>
      #include <unistd.h>

      int main(void)
      {
          char folder[100], line[100] = "";
          FILE *file = fopen("note", "r");
          printf("in %s: %s", getcwd(folder, sizeof folder), fgets(line, sizeof line, file));
      }
      """
    And the file /srv/data/note:
      """
      read from where I stand
      """
    And it starts in /srv/data
    When /bin/here runs
    Then it prints "in /srv/data: read from where I stand"

  Scenario: A working folder that is not there
    Given it starts in /nowhere
    When /bin/repeat runs
    Then the exit status is 126
    And bin/run says "/nowhere"
