@cor
Feature: Sharing the processor
  A busy program is interrupted, so that others have their turn.

  Scenario: Two busy programs both get on
    Given the C program /bin/busy:
      """
      #include <stdio.h>
      #include <time.h>
      #include <unistd.h>

      // Prints its name ten times, each time after so much work, and never waits.
      int main(int argc, char **argv)
      {
          for (int round = 0; round < 10; round++) {
              for (volatile long work = 0; work < 8000000; work++)
                  ;
              write(1, argv[1], 1);
          }
      }
      """
    And the C program /bin/two:
      """
      #include <stdio.h>
      #include "cor.h"

      static void start(const char *name)
      {
          const char *arguments[] = {"/bin/busy", name, NULL}, *environment[] = {NULL};
          cor_spawn(arguments[0], arguments, environment);
      }

      int main(void)
      {
          start("a");
          start("b");
          cor_wait(-1, 0);
          cor_wait(-1, 0);
          write(1, "\n", 1);
      }
      """
    When /bin/two runs
    Then the letters a and b come 10 times each, and take turns
