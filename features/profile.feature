@cor
Feature: What the machine is at
  A flame graph tells where time went: in which functions of programs, and of the kernel for them.

  Background:
    Given the C program /bin/hot, built with "-fno-omit-frame-pointer -fno-optimize-sibling-calls":
      """
      #include <fcntl.h>
      #include <stdlib.h>
      #include <unistd.h>

      static char bytes[1 << 20];

      __attribute__((noinline)) static void spin(void)
      {
          for (volatile unsigned i = 0; i < 2000000; i++)
              ;
      }

      __attribute__((noinline)) static void compute(void)
      {
          spin();
          __asm__ volatile("" ::: "memory");
      }

      __attribute__((noinline)) static void ask(int zeros)
      {
          if (read(zeros, bytes, sizeof bytes) != sizeof bytes)
              _exit(1);
          __asm__ volatile("" ::: "memory");
      }

      int main(int argc, char **argv)
      {
          int zeros = open("/dev/zero", O_RDONLY);
          for (int rounds = atoi(argv[1]); rounds > 0; rounds--) {
              compute();
              for (int i = 0; i < 16; i++)
                  ask(zeros);
          }
          usleep(100000);
      }
      """

  Scenario: The picture has the names of functions
    When /bin/hot runs 100 rounds, and samples of it go to flames.svg
    Then flames.svg shows spin
    And flames.svg shows idle

  Scenario: By instructions a profile is the same each time, and functions stand on those that called them
    When /bin/hot runs 5 rounds by instructions, and samples of it go to first.txt
    And /bin/hot runs 5 rounds by instructions, and samples of it go to second.txt
    Then first.txt and second.txt are the same
    And 1000 samples at least are in first.txt
    And 20 of 100 samples in first.txt at least are in /bin/hot, main, compute, spin
    And 10 of 100 samples in first.txt at least are in /bin/hot, main, ask, read, user_zero
    And 20 of 100 samples in first.txt at least are in idle

  Scenario: Samples are taken to the end, however many programs start meanwhile
    Given the C program /bin/many, built with "-fno-omit-frame-pointer":
      """
      #include <stdlib.h>
      #include <sys/wait.h>
      #include <unistd.h>

      int main(int argc, char **argv)
      {
          for (int rounds = atoi(argv[1]); rounds > 0; rounds--) {
              if (fork() == 0)
                  execl(argv[0], argv[0], "0", NULL);
              wait(NULL);
          }
      }
      """
    When /bin/many runs 300 rounds by instructions, and samples of it go to many.txt
    Then 200 samples at least are in many.txt
    And 10 of 100 samples in many.txt at least are in /bin/many, execl
