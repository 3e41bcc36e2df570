Feature: Booting
  One kernel file starts from GRUB on a BIOS, from GRUB on UEFI, and from QEMU itself; on small machines and large ones.

  Background:
    Given the C program /bin/hello:
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>

      int main(void)
      {
          memset(malloc(8 << 20), 1, 8 << 20);
          puts("Hello, world!");
      }
      """

  Scenario Outline: By <loader>
    Given a machine that boots by <loader>
    When /bin/hello runs
    Then it prints "Hello, world!"
    And the exit status is 0

    Examples:
      | loader      |
      | QEMU itself |
      | GRUB        |

    @cor @uefi @slow
    Examples:
      | loader |
      | UEFI   |

  Scenario Outline: With <size> of memory, by <loader>
    Given a machine with <size> of memory
    And a machine that boots by <loader>
    When /bin/hello runs
    Then it prints "Hello, world!"

    Examples:
      | size | loader      |
      | 256M | QEMU itself |
      | 5G   | QEMU itself |
      | 5G   | GRUB        |

    @cor
    Examples: where Debian's kernel finds no room
      | size | loader      |
      | 32M  | QEMU itself |
      | 32M  | GRUB        |

  @cor
  Scenario Outline: In the least memory that README names, <size> by <loader>
    Given the project's own root
    And a machine with <size> of memory
    And a machine that boots by <loader>
    When /bin/echo runs with "little, but enough"
    Then it prints "little, but enough"

    Examples:
      | size | loader      |
      | 20M  | QEMU itself |
      | 20M  | GRUB        |

    @uefi @slow
    Examples:
      | size | loader |
      | 64M  | UEFI   |

  @cor
  Scenario Outline: <size> of memory by <loader> are too little
    Given the project's own root
    And a machine with <size> of memory
    And a machine that boots by <loader>
    When /bin/echo runs
    Then the exit status is 125
    And bin/run says "--memory <size> is too little: with this root ("

    Examples:
      | size | loader      |
      | 8M   | QEMU itself |
      | 8M   | GRUB        |
      | 40M  | UEFI        |

  @cor
  Scenario Outline: A machine that has no room for the kernel itself says so: <size>
    Given a machine with QEMU's options "-m <size>"
    When /bin/hello runs
    Then the exit status is 125
    And bin/run says "there is too little memory for the kernel"

    Examples:
      | size  |
      | 2M    |
      | 4M    |

  @cor
  Scenario Outline: A command line of <length> bytes, by <loader>
    Given a machine that boots by <loader>
    When /bin/hello runs with <length> bytes on the kernel's command line
    Then it prints "Hello, world!"

    Examples: as long as it may be
      | length | loader      |
      | 4095   | QEMU itself |
      | 4096   | GRUB        |

  @cor
  Scenario Outline: A command line of <length> bytes is too long, by <loader>
    Given a machine that boots by <loader>
    When /bin/hello runs with <length> bytes on the kernel's command line
    Then the exit status is 125
    And bin/run says "the kernel's command line would have <length> bytes"

    Examples:
      | length | loader      |
      | 4096   | QEMU itself |
      | 4097   | GRUB        |

  @cor
  Scenario: On another chipset
    Given a machine of the type q35
    When /bin/hello runs
    Then it prints "Hello, world!"

  Scenario: With more processors than are used
    Given a machine with 2 processors
    When /bin/hello runs
    Then it prints "Hello, world!"

  @cor
  Scenario Outline: On the processor <model>
    Given a machine with the processor <model>
    When /bin/hello runs
    Then it prints "Hello, world!"

    Examples: the oldest, one in between, and all that QEMU can do
      | model   |
      | qemu64  |
      | Nehalem |
      | max     |

  @cor
  Scenario Outline: A processor that is not up to it is told so
    Given a machine with the processor <model>
    When /bin/hello runs
    Then the exit status is 125
    And bin/run says "<reason>"

    Examples:
      | model      | reason   |
      | qemu64,-nx | NX       |
      | qemu64,-lm | long mode |
