@cor
Feature: A debugger at the kernel
  bin/debug brings the machine to the kernel's entry, under gdb.

  Scenario Outline: A backtrace ends at the function that nobody has called
    When bin/debug is given "<commands>; backtrace" for gdb
    Then the exit status is 0
    And the last frame that gdb shows is <outermost>
    And every frame that gdb shows has a name

    Examples:
      | commands                                                          | outermost           |
      | # at the kernel's entry                                           | high                |
      | tbreak cor::syscall::file::write; continue                        | fiber_start         |
      | tbreak machine::irq::interrupted_program; continue                | fiber_start         |
      | tbreak machine::irq::interrupted_kernel; continue                 | high or fiber_start |
      | with language c -- tbreak *(unsigned long)&enter_user; continue   | fiber_start         |
      | with language c -- tbreak *(unsigned long)&leave_user; continue   | fiber_start         |
      | with language c -- tbreak *(unsigned long)&syscall_gate; continue | syscall_gate        |
