Feature: Programs
  Static programs for Linux run as they are, whoever compiled them.

  Scenario Outline: A program runs where it was linked to: <place>
    Given the C program /bin/where, built with "-Wl,-Ttext-segment=<place>":
      """
      #include "stdio.h"
      extern char __executable_start;
      int main(void) { printf("%p\n", &__executable_start); }
      """
    When /bin/where runs
    Then it prints "<place>"

    Examples:
      | place      |
      | 0x400000   |
      | 0x10000    |
      | 0x40000000 |

  @cor
  Scenario: A program without a library, linked at 0x10000
    Given the C program /bin/low, built with "-nostdlib -Wl,-Ttext-segment=0x10000":
      """
      #include "cor.h"

      void _start(void)
      {
          cor_write(1, (long)_start < 0x20000 ? "low\n" : "high\n", 4);
          cor_exit(0);
      }
      """
    When /bin/low runs
    Then it prints "low"

  Scenario: A program that runs wherever it is put
    Given the C program /bin/anywhere, built with "-static-pie":
      """
      #include <stdio.h>
      #include <string.h>

      static const char *const names[] = {"found", "through", "pointers"};

      int main(void)
      {
          for (int i = 0; i < 3; i++)
              printf("%s%c", names[i], i < 2 ? ' ' : '\n');
      }
      """
    When /bin/anywhere runs
    Then it prints "found through pointers"

  @cor
  Scenario Outline: What is left to chance of where a program lies, with randomize_va_space <setting>
    Given the C program /bin/place, built with "-static-pie":
      """
      #include "stdio.h"
      #include "unistd.h"

      struct place {
          void *code, *stack;
      };

      static struct place of_another(char *self)
      {
          struct place place = {0};
          int ends[2];
          if (pipe(ends) == 0 && fork() == 0) {
              dup2(ends[1], 1);
              execl(self, self, "setting", "look", NULL);
          }
          read(ends[0], &place, sizeof place);
          return place;
      }

      int main(int argc, char **argv)
      {
          struct place own = {main, &own};
          if (argc > 2)
              return write(1, &own, sizeof own) < 0;
          FILE *setting = fopen("/proc/sys/kernel/randomize_va_space", "w");
          fputs(argv[1], setting);
          fclose(setting);
          struct place first = of_another(argv[0]), second = of_another(argv[0]);
          printf("code %s, ", first.code == second.code ? "stays" : "moves");
          printf("stack %s\n", first.stack == second.stack ? "stays" : "moves");
      }
      """
    When /bin/place runs with "<setting>"
    Then it prints "code <code>, stack <stack>"

    Examples:
      | setting | code  | stack |
      | 0       | stays | stays |
      | 1       | stays | moves |
      | 2       | moves | moves |

  Scenario: C with glibc
    Given the C program /bin/glibc:
      """
      #include <math.h>
      #include <stdio.h>
      #include <time.h>

      static _Thread_local int own = 41;

      int main(void)
      {
          own++;
          printf("%d %.3f %s\n", own, sqrt(2), time(NULL) > 1700000000 ? "after 2023" : "long ago");
      }
      """
    When /bin/glibc runs
    Then it prints "42 1.414 after 2023"

  Scenario: C with musl
    Given the C program /bin/musl, built with musl:
      """
      #include <math.h>
      #include <stdio.h>
      #include <stdlib.h>

      int main(void)
      {
          char *name = getenv("HOME");
          printf("%s %.3f\n", name, cbrt(2));
          return 3;
      }
      """
    When /bin/musl runs
    Then it prints "/ 1.260"
    And its exit status is 3

  Scenario: Rust with its standard library
    Given the file /etc/numbers:
      """
      17
      4
      21
      """
    And the Rust program /bin/sum:
      """
      use std::collections::BTreeMap;

      fn main() -> std::io::Result<()> {
          let text = std::fs::read_to_string("/etc/numbers")?;
          let lines: BTreeMap<_, u32> = text.lines().map(|line| (line, line.parse().unwrap())).collect();
          println!("{lines:?} make {}", lines.values().sum::<u32>());
          std::process::exit(5)
      }
      """
    When /bin/sum runs
    Then it prints "{"17": 17, "21": 21, "4": 4} make 42"
    And its exit status is 5

  Scenario: A program of Debian's
    Given this computer's /bin/busybox as /bin/busybox
    When /bin/busybox runs with "echo out of the box"
    Then it prints "out of the box"

  Scenario: A program is found through a link, and by PATH
    Given the C program /usr/lib/hello:
      """
      #include <stdio.h>
      int main(int argc, char **argv) { puts(argv[0]); }
      """
    And the link /bin/greet to ../usr/lib/hello
    When greet runs
    Then it prints "greet"

  Scenario: Deep recursion, on a stack that grows
    Given the C program /bin/deep:
      """
      #include <stdio.h>

      static int depth(int left)
      {
          volatile char frame[4096];
          frame[0] = 1;
          return left ? depth(left - 1) + frame[0] : 0;
      }

      int main(void) { printf("%d\n", depth(1800)); } // more than 7 MiB
      """
    When /bin/deep runs
    Then it prints "1800"
