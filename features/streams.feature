Feature: Input and output
  A program's streams are those of bin/run, byte for byte.

  Background:
    Given the C program /bin/copy, built with musl:
      """
      #include <unistd.h>

      int main(void)
      {
          char buffer[5000];
          long length;
          while ((length = read(0, buffer, sizeof buffer)) > 0)
              for (long done = 0; done < length;)
                  done += write(1, buffer + done, length - done);
          return length < 0;
      }
      """

  Scenario Outline: Copied to the end: <what>
    Given <what> on standard input
    When /bin/copy runs
    Then it prints what it read
    And its exit status is 0

    Examples:
      | what                                     |
      | a single byte                            |
      | a line without an end                    |
      | every byte there is                      |
      | bytes that mean something to a terminal  |
      | 100 KiB of noise                         |

  Scenario: An empty input ends at once
    Given nothing on standard input
    When /bin/copy runs
    Then it prints nothing
    And its exit status is 0

  Scenario: A closed input is an empty one
    Given standard input is closed
    When /bin/copy runs
    Then it prints nothing
    And its exit status is 0

  Scenario: A program that does not read does not wait for input
    Given standard input stays open and silent
    And the C program /bin/brief:
      """
      #include <stdio.h>
      int main(void) { puts("done"); }
      """
    When /bin/brief runs
    Then it prints "done"

  Scenario: Every byte comes out as it is
    Given the C program /bin/bytes:
      """
      #include <stdio.h>

      int main(void)
      {
          for (int byte = 0; byte < 256; byte++)
              putchar(byte);
      }
      """
    When /bin/bytes runs
    Then it prints every byte there is, in order

  Scenario: The last words of a program arrive, even if it is long gone when they are read
    Given the C program /bin/talkative:
      """
      #include <stdio.h>

      int main(void)
      {
          for (int line = 0; line < 11008; line++)
              printf("%07d\n", line);
      }
      """
    When /bin/talkative runs, and its output is read a second later
    Then it prints 86 KiB of numbered lines

  Scenario: Output and errors keep their order
    Given the C program /bin/talk:
      """
      #include <stdio.h>

      int main(void)
      {
          setbuf(stdout, NULL);
          printf("one, ");
          fprintf(stderr, "two, ");
          printf("three\n");
      }
      """
    When /bin/talk runs
    Then it prints "one, two, three"

  Scenario: The streams are no terminal
    Given the C program /bin/tty:
      """
      #include <stdio.h>
      #include <unistd.h>
      int main(void) { printf("%d %d %d\n", isatty(0), isatty(1), isatty(2)); }
      """
    When /bin/tty runs
    Then it prints "0 0 0"
