@cor
Feature: Images that boot by themselves
  One file holds GRUB, the kernel and the root. With it on a CD, a USB stick or a disk a machine comes to the prompt, by BIOS and by UEFI,
  and needs nothing else.

  Scenario Outline: <image> on a <medium>, started by <firmware>
    Given a person at the prompt of <image> on a <medium>, started by <firmware>
    When the session goes:
      """
      / # df / | tail -n 1
      initrd ... /
      / # cat /proc/partitions | grep -c vd
      <disks>
      / # echo hello | tr a-z A-Z
      HELLO
      """
    And "poweroff -f" is typed
    Then bin/run ends with 0

    Examples:
      | image        | medium    | firmware | disks |
      | an ISO image | CD        | BIOS     | 0     |
      | an ISO image | USB stick | BIOS     | 0     |
      | a disk image | disk      | BIOS     | 1     |
      | a disk image | USB stick | BIOS     | 0     |

    @uefi @slow
    Examples:
      | image        | medium    | firmware | disks |
      | an ISO image | CD        | UEFI     | 0     |
      | an ISO image | USB stick | UEFI     | 0     |
      | a disk image | disk      | UEFI     | 1     |

  Scenario Outline: The same tree gives the same bytes: <image>
    When <image> is made twice, at another time and place on earth
    Then both have the same bytes

    Examples:
      | image        |
      | an ISO image |
      | a disk image |

  Scenario Outline: bin/run <words>
    When bin/run is called with "<words>"
    Then the exit status is 125
    And bin/run says "<reason>"

    Examples:
      | words                                          | reason                                  |
      | --boot-from usb /no/such/image                 | cannot read the image /no/such/image    |
      | --boot-from cd /etc/passwd                     | no ISO 9660 volume                      |
      | --boot-from disk /etc/passwd                   | no boot sector                          |
      | --boot-from floppy /etc/passwd                 | cd, usb or disk is needed               |
      | --boot-from cd                                 | 2 values required                       |
      | --boot-from usb /etc/passwd --root /           | its own root (xtask image --root)       |
      | --boot-from usb /etc/passwd --append quiet     | passes the kernel's arguments           |
      | --boot-from usb /etc/passwd --kernel linux     | its own kernel                          |
      | --boot-from usb /etc/passwd -- /bin/ls         | its own init                            |
