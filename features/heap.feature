Feature: Arithmetic on the heap
  Memory that a program asks for is its own, holds what is put there, and was empty before.

  Scenario: By malloc
    Given the C program /bin/squares:
      """
      #include <stdio.h>
      #include <stdlib.h>

      int main(void)
      {
          enum { COUNT = 1000000 };
          long *numbers = malloc(COUNT * sizeof *numbers), sum = 0;
          for (long i = 0; i < COUNT; i++)
              numbers[i] = i * i;
          numbers = realloc(numbers, 2 * COUNT * sizeof *numbers);
          for (long i = 0; i < COUNT; i++)
              sum += numbers[i];
          free(numbers);
          printf("%ld\n", sum);
      }
      """
    When /bin/squares runs
    Then it prints "333332833333500000"

  @cor
  Scenario: By Cor's moremem
    Given the C program /bin/fibonacci, built with "-nostdlib":
      """
      #include "cor.h"

      void _start(void)
      {
          long *numbers = (long *)cor_more_memory(100 * sizeof *numbers);
          long *others = (long *)cor_more_memory(100000);
          long empty = !numbers[0] && !numbers[99] && !others[0] && !others[12499];
          numbers[1] = 1;
          for (int i = 2; i < 100; i++)
              numbers[i] = numbers[i - 1] + numbers[i - 2];
          cor_exit(empty && numbers != others ? numbers[13] : 1); // 233
      }
      """
    When /bin/fibonacci runs
    Then its exit status is 233

  Scenario: More than the machine has is refused, and the program goes on
    Given the C program /bin/greedy:
      """
      #include <stdio.h>
      #include <stdlib.h>

      int main(void)
      {
          puts(malloc(1L << 46) ? "got it" : "refused");
          puts(malloc(1 << 20) ? "got it" : "refused");
      }
      """
    When /bin/greedy runs
    Then it prints:
      """
      refused
      got it
      """
