@cor
Feature: Options
  What cannot be meant is refused with the reason, in the words of bin/run and not of QEMU.

  Scenario Outline: <words> is refused
    When bin/run is called with "<words> -- /bin/true"
    Then the exit status is 125
    And bin/run says "<reason>"
    And bin/run does not say "qemu-system-x86_64:"
    And it prints nothing

    Examples: values
      | words                     | reason                         |
      | --memory 1X               | a whole number is needed       |
      | --memory 0                | without any memory             |
      | --memory -5               | a whole number is needed       |
      | --memory 99999G           | the most that the processor    |
      | --smp 0                   | 1 to 255 processors            |
      | --smp 1000                | 1 to 255 processors            |
      | --cpu help                | the name of a processor        |
      | --machine microvm         | has to be a PC                 |
      | --forward 80              | two ports are needed           |
      | --forward 0:80            | no port                        |
      | --env name                | NAME=VALUE is needed           |
      | --timeout 0               | more than 0                    |
      | --timeout -1              | more than 0                    |
      | --boot lilo               | grub, uefi, direct             |
      | --schedule 0              | zero                           |
      | --nonsense                | unexpected argument            |

    Examples: what only QEMU knows
      | words                     | reason                         |
      | --cpu i99999              | QEMU knows no such processor   |
      | --cpu qemu64,wings=on     | has no feature wings           |
      | --machine pc-i440fx-99.0  | QEMU knows no such machine     |
      | --machine pc,wings=on     | has no property wings          |
      | --qemu=-wings             | QEMU ended: -wings: invalid    |

    Examples: files
      | words                                  | reason                               |
      | --root /no/such/root                   | cannot read the root /no/such/root   |
      | --root /etc/passwd                     | not a newc cpio archive              |
      | --root /dev/null                       | it is no file                        |
      | --with /no/such/file                   | --with /no/such/file: No such file   |
      | --with /                               | by --root DIRECTORY                  |
      | --disk /no/such/disk                   | cannot read the disk /no/such/disk   |
      | --disk /tmp                            | it is a directory                    |
      | --disk-faults /etc/passwd              | --disk                               |
      | --kernel /no/such/kernel               | cannot read /no/such/kernel          |
      | --kernel /tmp                          | cannot read /tmp: it is a directory  |
      | --screen /no/such/picture.png          | there is no directory /no/such       |
      | --screen /tmp                          | --screen /tmp: it is a directory     |
      | --profile /tmp                         | --profile /tmp: it is a directory    |
      | --record /etc/passwd                   | /etc/passwd: File exists             |
      | --record /proc/recording               | cannot make /proc/recording          |

    Examples: what goes ill together
      | words                                  | reason                               |
      | --icount --accel kvm                   | --icount needs --accel tcg           |
      | --record /tmp/x --smp 2                | --record needs one processor         |
      | --record /tmp/x --boot uefi            | cannot keep UEFI's variables         |
      | --schedule 7 --boot grub               | --schedule needs --boot direct       |
      | --kernel x --profile y                 | no other kernel sends samples        |
      | --screen x.png --profile x.png         | name the same file                   |
      | --forward 8080:80 --forward 8080:81    | is forwarded already                 |
      | --memory 1G --memory 2G                | multiple times                       |

  Scenario Outline: <words> wants a program
    When bin/run is called with "<words>"
    Then the exit status is 125
    And bin/run says "is for a PROGRAM"

    Examples:
      | words           |
      | --env NAME=x    |
      | --cwd /tmp      |
      | --schedule 7    |

  Scenario: Further options for QEMU
    Given a machine with QEMU's options "-device edu"
    And the C program /bin/hello:
      """
      #include <stdio.h>
      int main(void) { puts("Hello, world!"); }
      """
    When Cor boots and runs /bin/hello
    Then the console says "1234:11e8"
    And the console says "Hello, world!"

  Scenario: What is recorded boots directly if nothing else is said
    When bin/run is called with "--record HERE/recording --verbose -- /bin/true"
    Then the exit status is 0
    And bin/run says " -kernel "
    And bin/run says "bin/replay HERE/recording has it again"

  Scenario Outline: <tool> <words> tells what there is
    When <tool> is called with "<words>"
    Then the exit status is 0
    And the console says "<text>"

    Examples:
      | tool         | words                                          | text                                 |
      | bin/run      | --version                                      | Cor 0.                               |
      | bin/run      | --help                                         | --with <PATH>                        |
      | xtask        | version                                        | QEMU emulator                        |
      | xtask        | features booting                               | features/boot.feature: Booting       |
      | bin/cucumber | --help                                         | FEATURES_KERNEL                      |
      | cargo        | run --quiet -- --quiet --boot direct -- /bin/echo booted | booted                     |
