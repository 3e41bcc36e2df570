Feature: A greeting
  Whatever a root brings as /sbin/init is the first program that Cor runs.

  @cor
  Scenario: Init greets through Cor's own gate
    Given the C program /sbin/init, built with "-nostdlib":
      """
      // All of it: no library, no header, only int 0x14.
      static long cor(long number, long a, long b, long c)
      {
          long result;
          __asm__ volatile("int $0x14" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "memory");
          return result;
      }

      void _start(void)
      {
          cor(2, 1, (long)"Hello from a C init!\n", 21); // write
          cor(10, 0, 0, 0);                              // power off
      }
      """
    When Cor boots with "init=/sbin/init"
    Then the console says "Hello from a C init!"
    And the exit status is 0

  @cor
  Scenario: Init greets through the Linux gate, and leaves through Cor's
    Given the C program /sbin/init:
      """
      #include <stdio.h>
      #include <unistd.h>
      #include "cor.h"

      int main(void)
      {
          printf("Hello from process %d, by way of glibc!\n", getpid());
          fflush(stdout);
          cor_power_off(7 << 8);
      }
      """
    When Cor boots with "init=/sbin/init"
    Then the console says "Hello from process 1, by way of glibc!"
    And the exit status is 7

  @cor
  Scenario: Without a word on the command line Cor looks where Linux does
    Given the C program /init, built with "-nostdlib":
      """
      #include "cor.h"

      void _start(void)
      {
          cor_write(1, "Hello from /init!\n", 18);
          cor_power_off(0);
      }
      """
    When Cor boots with "init="
    Then the console says "Hello from /init!"

  Scenario: Cor's own init runs a program and says nothing itself
    Given the C program /bin/hello:
      """
      #include <stdio.h>
      int main(void) { puts("Hello, world!"); }
      """
    When /bin/hello runs
    Then it prints "Hello, world!"
    And the exit status is 0
    And bin/run says nothing
