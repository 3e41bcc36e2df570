@cor
Feature: A run can be had again
  What a machine did once it does again, instruction for instruction, and one can ask when a value went wrong.

  Scenario: A recorded run prints the same again
    Given the C program /bin/dice:
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <sys/random.h>
      #include <time.h>
      #include <unistd.h>

      int main(void)
      {
          unsigned dice = 0;
          struct timespec now;
          char name[32] = "";
          for (int i = 0; i < 20; i++) {
              getrandom(&dice, sizeof dice, 0);
              clock_gettime(CLOCK_REALTIME, &now);
              printf("%u at %ld.%09ld\n", dice, (long)now.tv_sec, now.tv_nsec);
          }
          printf("and %zd bytes of input: %s\n", read(0, name, sizeof name - 1), name);
      }
      """
    And standard input:
      """
      a word in
      """
    When Cor boots and runs /bin/dice
    And bin/replay prints its recording
    Then both times the console says the same

  Scenario: bin/when finds the write that broke a value, long before it was noticed
    When Cor boots with "selftest=lost-balance"
    Then the exit status is 125
    And the console says "the balance is lost"
    When bin/when looks for "ends::BALANCE" in its recording
    Then the exit status is 0
    And the console says "changed from 1500 (0x5dc) to 15 (0xf)"
    And the console says "kernel/src/selftest/ends.rs"
    And the console says "BALANCE.store"
    And the console says "cor::selftest::ends::note"
    And the console says "cor::selftest::ends::take_stock"
    When bin/when looks for "$rsp-8" in its recording
    Then the exit status is 0
    And the console says "as cor::selftest::ends::by_lost_balance sees it"
    And the console says "call"

  Scenario: A recorded machine may have disks, a loader, little memory, and somebody who types
    Given this computer's /bin/busybox as /bin/sh
    And a machine that boots by GRUB
    And a machine with 64M of memory
    And an empty disk of 1 MiB
    And standard input:
      """
      echo "to be found on a disk" >/dev/vdb
      echo "It is there."
      """
    When Cor boots
    Then sector 0 of the disk begins with "to be found on a disk"
    And bin/run says "recording a boot by GRUB takes about twenty times as long as --boot direct"
    When bin/replay prints its recording
    Then both times the console says the same

  Scenario: bin/when finds who wrote to a program's memory, whichever way, and knows what is behind locks and maps
    Given the C program /bin/reader:
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <unistd.h>

      int main(void)
      {
          char *page = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          page[0] = 'a';
          if (read(0, page, 4) == 4 && page[0] == 'w') {
              puts("it was overwritten");
              fflush(stdout);
              pause();
          }
      }
      """
    And standard input:
      """
      what
      """
    And a machine that may run for 5 seconds
    When Cor boots and runs /bin/reader
    Then the exit status is 124
    When bin/when looks for "0x10000000/1" in its recording
    Then the exit status is 0
    And the console says "changed from 0x61 to 0x77"
    And the console says "user_copy"
    And the console says "cor::syscall::file::read"
    When bin/when looks for "table::TABLE.nodes[2].process.name.length" in its recording
    Then the exit status is 0
    And the console says "changed from 0 to 6"
    And the console says "cor::process::process::Process"

  Scenario: bin/when knows what does not change, and what is not there
    When Cor boots with "selftest=lost-balance"
    And bin/when looks for "ends::SURPLUS" in its recording
    Then the exit status is 1
    When bin/when looks for "0xffffffff80000000" in its recording
    Then the exit status is 0
    And the console says "it did not change"

  Scenario: gdb stops a recorded panic at its last instruction, and knows the way there
    When Cor boots with "selftest=panic"
    And bin/replay is given "continue; backtrace" for gdb
    Then the exit status is 0
    And the console says "deliberate_panic"

  Scenario: gdb goes backwards
    When Cor boots with "selftest=lost-balance"
    And bin/replay is given "continue; watch cor::selftest::ends::BALANCE; reverse-continue; reverse-stepi; backtrace 2" for gdb
    Then the exit status is 0
    And the console says "(15)"
    And the console says "(1500)"
    And the console says "cor::selftest::ends::take_stock ()"
