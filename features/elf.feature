Feature: Files that only look like programs
  A program's file comes from anywhere. What is not in order is refused with a reason, whatever it claims.

  Background:
    Given the C program /bin/odd, built with "-nostdlib":
      """
      char data[10000] = "data", zeros[10000];
      void _start(void) { *(volatile int *)0 = data[0] + zeros[0]; }
      """

  Scenario Outline: A file that <damage>
    Given the file of /bin/odd <damage>
    When /bin/odd runs
    Then the exit status is 126
    And bin/run says "cannot run: /bin/odd: "

    Examples:
      | damage                              |
      | is empty                            |
      | ends in the middle of its header    |
      | ends before its segments are listed |
      | is for arm64                        |
      | is an object, not a program         |
      | has no segments                     |
      | claims 65535 segments               |
      | has segment headers of another size |
      | lists its segments beyond its end   |

    @cor
    Examples: where Linux begins, and ends the program by a signal
      | damage                                                  |
      | is for 32 bits                                          |
      | is big-endian                                           |
      | ends in the middle of a segment                         |
      | has two segments at the same place                      |
      | has a segment in the kernel's half                      |
      | has a segment at the end of all addresses               |
      | has a segment larger than all memory                    |
      | has a segment that does not fit its page                |
      | has a segment that is larger in the file than in memory |
      | begins in the kernel                                    |

  Scenario: A file that begins where nothing is runs, and crashes
    Given the file of /bin/odd begins where nothing is
    When /bin/odd runs
    Then its exit status is 139
