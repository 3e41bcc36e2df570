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

  @cor
  Scenario: The first process gets the signals that it asks for, and dies of none
    Given the C program /sbin/init:
      """
      #include <signal.h>
      #include <stdio.h>
      #include <sys/reboot.h>
      #include <sys/wait.h>
      #include <unistd.h>

      static volatile sig_atomic_t caught;
      static void catch(int signal) { caught = signal; }

      static void send(int signal)
      {
          if (fork() == 0)
              _exit(kill(1, signal));
          wait(NULL);
      }

      int main(void)
      {
          sigset_t set, pending;
          int signal = 0;
          setvbuf(stdout, NULL, _IONBF, 0);
          send(SIGTERM), send(SIGKILL), send(SIGSTOP), send(SIGSEGV), raise(SIGUSR1);
          printf("alive\n");
          sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGUSR2), sigaddset(&set, SIGCHLD);
          sigprocmask(SIG_BLOCK, &set, NULL);
          send(SIGUSR1);
          sigwait(&set, &signal);
          printf("waited for %d\n", signal);
          send(SIGUSR2);
          sigpending(&pending);
          printf("pending %d\n", sigismember(&pending, SIGUSR2));
          sigprocmask(SIG_UNBLOCK, &set, NULL);
          sigpending(&pending);
          printf("pending %d, alive\n", sigismember(&pending, SIGUSR2));
          struct sigaction action = { .sa_handler = catch };
          sigaction(SIGTERM, &action, NULL);
          send(SIGTERM);
          printf("caught %d\n", caught);
          *(volatile int *)caught = 1;
      }
      """
    When Cor boots with "init=/sbin/init"
    Then the console says "waited for 10"
    And the console says "pending 1"
    And the console says "pending 0, alive"
    And the console says "caught 15"
    And the console says "init[1] was killed by SIGSEGV: write to 0xf,"
    And the console says "process 1 was killed by SIGSEGV"
    And the exit status is 139
