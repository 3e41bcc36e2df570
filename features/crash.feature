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

  Scenario: What the log says of a killed program
    Given the C program /bin/crash, built with "-O1 -fno-stack-protector":
      """
      #include <signal.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <sys/wait.h>
      #include <unistd.h>

      static char data[16] = "data";

      __attribute__((noinline)) int read_nothing(volatile int *at) { return *at; }
      __attribute__((noinline)) int write_code(void) { return *(volatile char *)read_nothing = 1; }
      __attribute__((noinline)) int run_data(void) { return ((int (*)(void))data)(); }
      __attribute__((noinline)) int run_nothing(void) { return ((int (*)(void))0x12345000)(); }
      __attribute__((noinline)) int illegal(void) { __asm__ volatile("ud2"); return 1; }
      __attribute__((noinline)) int privileged(void) { __asm__ volatile("cli"); return 1; }
      __attribute__((noinline)) int divide(void) { __asm__ volatile("xorl %ecx, %ecx; divl %ecx"); return 1; }
      __attribute__((noinline)) int fall(volatile char *last)
      {
          volatile char frame[4096];
          frame[0] = last ? *last : 0;
          return fall(frame) + frame[0];
      }
      static int by_null(void) { return read_nothing(NULL); }
      static int by_fall(void) { return fall(NULL); }
      static int write_heap(void) { char *heap = malloc(1); mprotect(sbrk(0) - 4096, 4096, PROT_READ); return ((volatile char *)sbrk(0))[-1] = heap[0]; }
      static int anonymous(void)
      {
          return *(volatile int *)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      }
      static int aborted(void) { abort(); }

      int main(void)
      {
          int (*ways[])(void) = { by_null, write_code, run_data, run_nothing, illegal, privileged, divide, by_fall, write_heap,
                                  anonymous, aborted };
          for (unsigned way = 0; way < sizeof ways / sizeof *ways; way++) {
              if (fork() == 0)
                  _exit(ways[way]());
              wait(NULL);
          }
          return 0;
      }
      """
    When Cor boots and runs /bin/crash
    Then its exit status is 0
    And the console says "was killed by SIGSEGV: read from 0x0, page not present, no region there; ip 0x"
    And the console says " in read_nothing+0x0 (/bin/crash r-xp, file offset 0x"
    And the console says "page present, region /bin/crash r-xp; ip 0x"
    And the console says " in write_code+0x"
    And the console says "was killed by SIGSEGV: instruction fetch from 0x4"
    And the console says "page present, region /bin/crash rw-p; ip 0x4"
    And the console says " in /bin/crash rw-p, file offset 0x"
    And the console says "was killed by SIGSEGV: instruction fetch from 0x12345000, page not present, no region there; ip 0x12345000 in no region, sp 0x"
    And the console says "was killed by SIGILL: invalid opcode; ip 0x"
    And the console says " in illegal+0x"
    And the console says "was killed by SIGSEGV: general protection fault; ip 0x"
    And the console says " in privileged+0x"
    And the console says "was killed by SIGFPE: divide error; ip 0x"
    And the console says " in divide+0x"
    And the console says "KiB below [stack]; ip 0x"
    And the console says " in fall+0x"
    And the console says "page not present, region [heap] r--p; ip 0x"
    And the console says "page not present, region [anonymous] ---p; ip 0x"
    And the console does not say "SIGABRT"

  Scenario Outline: A killed program's damaged symbols hurt nobody
    Given the C program /bin/crash:
      """
      int main(void) { return *(volatile int *)8; }
      """
    And the file of /bin/crash <damage>
    When Cor boots and runs /bin/crash
    Then its exit status is 139
    And the console says "was killed by SIGSEGV: read from 0x8, page not present, no region there; ip 0x"
    And the console says "<place> r-xp, file offset 0x"

    Examples:
      | damage                                | place                   |
      | lists its sections beyond its end     | in /bin/crash           |
      | has symbols beyond its end            | in /bin/crash           |
      | claims more symbols than any file has | in main+0x0 (/bin/crash |
      | has symbols with names beyond its end | in /bin/crash           |

  Scenario: A program that crashes in a loop does not fill the log
    Given the C program /bin/loop:
      """
      #include <stdio.h>
      #include <string.h>
      #include <sys/klog.h>
      #include <sys/wait.h>
      #include <unistd.h>

      static char text[1 << 18];

      static int told(const char *what)
      {
          int count = 0;
          text[klogctl(3, text, sizeof text - 1)] = 0;
          for (char *at = text; (at = strstr(at, what)); at++)
              count++;
          return count;
      }

      static void crash(void)
      {
          if (fork() == 0)
              *(volatile int *)0 = 1;
          wait(NULL);
      }

      int main(void)
      {
          for (int count = 0; count < 12; count++)
              crash();
          printf("%d\n", told("was killed by"));
          sleep(6);
          crash();
          printf("%d, and %d of the rest\n", told("was killed by"), told("2 lines about killed programs were suppressed"));
      }
      """
    When /bin/loop runs
    Then it prints:
      """
      10
      11, and 1 of the rest
      """

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
