@cor
Feature: The kernel's log
  Each line names its subsystem; boot arguments say how much is recorded, and where it goes.

  Scenario Outline: At the level verbose the log describes the machine, booted by <loader>
    Given a machine that boots by <loader>
    And a machine with 2 processors
    When Cor boots with "verbose selftest=ports"
    Then the console says "memory: the loader's map has"
    And the console says "memory: 0x0000000000100000-0x"
    And the console says "memory: 0xffffc00000000000-0xffffcfffffffffff kernel addresses: kernel stacks"
    And the console says "screen: <screen>"
    And the console says "acpi: root pointer (RSDP) at 0x"
    And the console says "acpi: reset register: <register>"
    And the console says "acpi: processors listed by the firmware: 2"
    And the console says "acpi: processor 1 with APIC id 1, enabled"

    Examples:
      | loader      | screen                        | register |
      | QEMU itself | the loader told of no screen  | none     |
      | GRUB        | 1024 by 768 pixels of 32 bits | none     |

    @uefi @slow
    Examples:
      | loader | screen                        | register               |
      | UEFI   | 1024 by 768 pixels of 32 bits | port 0xcf9, value 0xf  |

  Scenario: Without it nothing of that is recorded, but the steps of the boot are
    When Cor boots with "selftest=ports"
    Then the console says "boot: command line: "
    And the console says "pci: 00:00.0 ["
    And the console does not say "the loader's map"
    And the console does not say "boot: the console has started"

  Scenario: A list of levels selects by subsystem
    When Cor boots with "log=warning,pci=info selftest=ports"
    Then the console says "pci: 00:00.0 ["
    And the console does not say "boot: command line: "
    And the console does not say "virtio_blk: "

  Scenario: A level that the console does not show by itself is shown when it is asked for
    When Cor boots with "log=info,boot=debug,resource=off selftest=ports"
    Then the console says "boot: the console has started"
    And the console does not say "resource: "

  Scenario: A level that does not exist is told
    When Cor boots with "log=pci=loud selftest=ports"
    Then the console says "boot: warning: log=pci=loud means nothing: a level or SUBSYSTEM=LEVEL is wanted"

  Scenario: The log goes to QEMU's debug port as well, a panic included
    Given a machine with a debug port
    When Cor boots with "console=debug quiet selftest=panic"
    Then the debug port says "boot: command line: "
    And the debug port says "kernel panic: a deliberate panic"
    And the debug port says "deliberate_panic at kernel/src/selftest/ends.rs"
    And the console does not say "boot: command line: "

  Scenario: A machine without a debug port says so
    When Cor boots with "console=debug selftest=ports"
    Then the console says "boot: warning: there is no debug console: the machine has no debug port"
