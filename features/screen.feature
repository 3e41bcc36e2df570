@cor
Feature: The screen
  What the console says stands on the screen as well, whether the firmware left text there or pixels.

  Background:
    Given the C program /bin/lines:
      """
      #include <stdio.h>

      int main(void)
      {
          for (int line = 1; line <= 60; line++)
              printf("This is line %d of 60, which is more than the screen has.\n", line);
      }
      """

  Scenario Outline: By <loader>
    Given a machine that boots by <loader>
    And a picture of its screen is taken at the end
    When Cor boots and runs /bin/lines
    Then the picture is full of lines

    Examples:
      | loader      |
      | QEMU itself |
      | GRUB        |

    @uefi @slow
    Examples:
      | loader |
      | UEFI   |
