@cor
Feature: Programs that crash
  A program may do what it likes: it ends, and everyone else goes on.

  Scenario: A parent sees one child after another crash, and lives
    Given the C program /bin/crash:
      """
      #include <string.h>

      int main(int argc, char **argv)
      {
          static char data[16];
          if (!strcmp(argv[1], "write to address 0"))
              *(volatile int *)0 = 1;
          if (!strcmp(argv[1], "read the kernel"))
              (void)*(volatile int *)0xffffffff80100000;
          if (!strcmp(argv[1], "run its own data"))
              ((void (*)(void))data)();
          if (!strcmp(argv[1], "write to its own code"))
              *(volatile char *)main = 0;
          if (!strcmp(argv[1], "stop the processor"))
              __asm__ volatile("cli; hlt");
          if (!strcmp(argv[1], "use a port"))
              __asm__ volatile("outb %al, $0x64");
          if (!strcmp(argv[1], "lose its stack"))
              __asm__ volatile("xorl %esp, %esp; pushq $1");
          if (!strcmp(argv[1], "jump out of all addresses"))
              __asm__ volatile("movq $0x8000000000000000, %rax; jmp *%rax");
          if (!strcmp(argv[1], "divide by 0"))
              __asm__ volatile("xorl %edx, %edx; xorl %ecx, %ecx; divl %ecx");
          if (!strcmp(argv[1], "run no instruction"))
              __asm__ volatile("ud2");
          if (!strcmp(argv[1], "break"))
              __asm__ volatile("int3");
          return 1;
      }
      """
    And the C program /bin/parent:
      """
      #include <stdio.h>
      #include <sys/wait.h>
      #include "cor.h"

      static void watch(const char *what)
      {
          const char *arguments[] = {"/bin/crash", what, NULL}, *environment[] = {NULL};
          int status = 0;
          cor_wait(cor_spawn(arguments[0], arguments, environment), &status);
          printf("%s: %d\n", what, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
      }

      int main(void)
      {
          watch("write to address 0");
          watch("read the kernel");
          watch("run its own data");
          watch("write to its own code");
          watch("stop the processor");
          watch("use a port");
          watch("lose its stack");
          watch("jump out of all addresses");
          watch("divide by 0");
          watch("run no instruction");
          watch("break");
          watch("nothing at all");
      }
      """
    When /bin/parent runs
    Then it prints:
      """
      write to address 0: 139
      read the kernel: 139
      run its own data: 139
      write to its own code: 139
      stop the processor: 139
      use a port: 139
      lose its stack: 139
      jump out of all addresses: 139
      divide by 0: 136
      run no instruction: 132
      break: 133
      nothing at all: 1
      """
    And its exit status is 0

  Scenario: A stack that never ends growing
    Given the C program /bin/bottomless, built with "-O0":
      """
      int fall(int depth) { return fall(depth + 1) + 1; }
      int main(void) { return fall(0); }
      """
    When /bin/bottomless runs
    Then its exit status is 139

  Scenario: Pointers that lead nowhere are an error, not a crash
    Given the C program /bin/pointers, built with "-nostdlib":
      """
      #include "cor.h"

      static int is_bad(long address) { return cor_write(1, address, 5) == -14; } // EFAULT

      void _start(void)
      {
          int all = is_bad(0) && is_bad(-1) && is_bad(0xffffffff80100000) && is_bad(0x800000000000)
                    && is_bad(0x7fffffffffff) && cor_open(-5) == -14 && cor_spawn(1, 2, 3) == -14;
          cor_exit(all ? 42 : 1);
      }
      """
    When /bin/pointers runs
    Then its exit status is 42

  Scenario: A thousand programs, one after the other, leave no trace in memory
    Given a machine with 64M of memory
    And the C program /bin/large, built with "-nostdlib":
      """
      #include "cor.h"

      char much[1 << 20];

      void _start(void)
      {
          for (int page = 0; page < 256; page++)
              much[page * 4096] = 1;
          *(volatile int *)0 = 1;
      }
      """
    And the C program /bin/thousand:
      """
      #include <stdio.h>
      #include "cor.h"

      int main(void)
      {
          const char *arguments[] = {"/bin/large", NULL}, *environment[] = {NULL};
          int crashed = 0;
          for (int count = 0; count < 1000; count++) {
              int status = 0;
              long child = cor_spawn(arguments[0], arguments, environment);
              crashed += child > 0 && cor_wait(child, &status) == child && (status & 0x7f) == 11;
          }
          printf("%d\n", crashed);
      }
      """
    When /bin/thousand runs
    Then it prints "1000"
