@cor
Feature: Devices
  Cor lists what it finds on the PCI buses, and nothing else.

  Background:
    Given the C program /bin/hello:
      """
      #include <stdio.h>
      int main(void) { puts("Hello, world!"); }
      """

  Scenario: A network card is listed when it is there
    Given a machine with a network card
    When Cor boots and runs /bin/hello
    Then the console says "1af4:1000"
    And the console says "Hello, world!"

  Scenario: And is not when it is not
    When Cor boots and runs /bin/hello
    Then the console does not say "1af4:1000"
    And the console says "1af4:1001"
    And the console says "Hello, world!"
