@cor
Feature: When the kernel itself fails
  A panic says what happened and where, by itself, and bin/run ends with 125.

  Scenario Outline: A panic has a trace with functions, files and lines, booted by <loader>
    Given a machine that boots by <loader>
    When Cor boots with "selftest=panic"
    Then the exit status is 125
    And bin/run says "kernel panic"
    And the console says "panic"
    And the trace shows deliberate_panic in kernel/src/selftest, with its line

    Examples:
      | loader      |
      | QEMU itself |
      | GRUB        |

  Scenario: A triple fault is told with its place and the registers
    When Cor boots with "selftest=triple-fault"
    Then the exit status is 125
    And bin/run says "triple fault at 0x"
    And bin/run says "triple_fault (kernel/machine/src/power.rs:"
    And bin/run says "RIP="

  Scenario: A kernel stack that overflows is told as such
    When Cor boots with "selftest=overflow"
    Then the exit status is 125
    And bin/run says "kernel panic"
    And the console says "kernel stack overflowed"
    And the trace shows overflow in kernel/src/selftest, with its line
    And the console says "the last frame repeats"
    And the trace shows by_overflow in kernel/src/selftest, with its line
