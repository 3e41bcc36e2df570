Feature: A person at the prompt
  BusyBox, as Debian has it, is the userland: one works at its prompt as on a small Linux machine.

  Scenario: The shell's own language
    Given a person at the prompt
    When the session goes:
      """
      / # echo hello | tr a-z A-Z | sed s/LL/L/
      HELO
      / # cd /tmp && mkdir work && cd work
      /tmp/work # echo one > a; echo two >> a; cat < a
      one
      two
      /tmp/work # cat a nothing > out 2> err; cat out err
      one
      two
      cat: can't open 'nothing': No such file or directory
      /tmp/work # ls nothing 2>&1 | wc -l
      1
      /tmp/work # touch b1 b2 c1 .hidden; echo b* ?1 [a-b]* .h*
      b1 b2 b1 c1 a b1 b2 .hidden
      /tmp/work # cat <<END
      > $((6 * 7)) is `echo forty-two`
      > END
      42 is forty-two
      /tmp/work # f() { local x=$1; echo "<$x>"; return 3; }; f "a b"; echo $?
      <a b>
      3
      /tmp/work # for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done
      1
      3
      /tmp/work # (trap "echo caught" TERM; sh -c 'kill -TERM $PPID'; echo after)
      caught
      after
      /tmp/work # sh -c 'trap "echo bye" EXIT; exit 4'; echo $?
      bye
      4
      /tmp/work # diff <(echo 1) <(echo 2)
      --- ...
      +++ ...
      @@ -1 +1 @@
      -1
      +2
      /tmp/work # sleep 0.2 & wait $!; echo waited $?
      waited 0
      [1]+  Done                       sleep 0.2
      /tmp/work # set -o pipefail; false | true; echo $?; set +o pipefail
      1
      /tmp/work # nosuch; echo $?
      /bin/sh: nosuch: not found
      127
      /tmp/work # cd /
      / # type cd; which vi
      cd is a shell builtin
      /bin/vi
      """

  Scenario: Jobs, interrupts, history and the editing of lines
    Given a person at the prompt
    When the session goes:
      """
      / # sh -c 'echo asleep; exec sleep 50'
      asleep
      ^C
      / # echo $?
      130
      / # sh -c 'echo asleep; exec sleep 50'
      asleep
      ^Z[1]+  Stopped                    sh -c "echo asleep; exec sleep 50"
      / # jobs
      [1]+  Stopped                    sh -c "echo asleep; exec sleep 50"
      / # bg
      [1] sh -c "echo asleep; exec sleep 50"
      / # jobs
      [1]+  Running                    sh -c "echo asleep; exec sleep 50"
      / # kill %1; wait %1; echo $?
      ...143
      [1]+  Terminated                 sh -c "echo asleep; exec sleep 50"
      / # sh -c 'trap "echo not me" INT; (echo hard; exec cat); echo went on'
      hard
      ^Cnot me
      went on
      / # sh -c 'echo busy; while :; do :; done'
      busy
      ^C
      / # sh -c 'echo listening; cat; echo end'
      listening
      ^D
      end
      / # stty -a | head -1
      speed ... baud; rows 24; columns 80...
      """
    When the session goes:
      """
      / # echo first
      first
      / # echo second
      second
      """
    When the keys Up Up Enter are pressed
    Then the screen looks like:
      """
      .../ # echo second
      second
      / # echo first
      first
      / #
      """
    When the keys o o Home Ctrl-K are pressed
    And the keys ech Space Left o End wx Ctrl-H yz Enter are pressed
    Then the screen looks like:
      """
      .../ # echo wyz
      wyz
      / #
      """
    When the keys ls Space /tes Tab are pressed
    And the keys Ctrl-U are pressed
    And "exit 7" is typed
    Then the screen shows "The shell has ended with status 7. Powering off."
    And bin/run ends with 7

  @cor
  Scenario Outline: The machine's end from the prompt
    Given a person at the prompt
    When the session goes:
      """
      / # cat > /tmp/worker <<END
      > trap "echo caught it > /dev/kmsg; exit" TERM
      > echo ready > /tmp/p
      > while :; do sleep 0.1; done
      > END
      / # mkfifo /tmp/p; sh /tmp/worker &
      / # cat /tmp/p
      ready
      """
    And "<command>" is typed
    Then the screen shows "<announced>: ending all processes."
    And the screen shows "] caught it"
    And the screen shows "<told>"
    And bin/run ends with 0

    Examples:
      | command   | announced    | told                |
      | poweroff  | Powering off | power off, status 0 |
      | reboot    | Restarting   | restart             |
      | halt      | Halting      | System halted       |
      | kill -2 1 | Restarting   | restart             |

  @cor
  Scenario: A process that ignores SIGTERM does not keep the machine running
    Given a person at the prompt
    When the session goes:
      """
      / # mkfifo /tmp/p
      / # sh -c 'trap "" TERM HUP; echo ready > /tmp/p; sleep 60' &
      / # cat /tmp/p
      ready
      """
    And "poweroff" is typed
    Then the screen shows "Some processes have not ended by SIGTERM: killing them."
    And the screen shows "power off, status 0"
    And bin/run ends with 0

  @cor
  Scenario: Only the superuser ends the machine, and other signals do nothing to init
    Given a person at the prompt
    When the session goes:
      """
      / # su nobody -s /bin/sh -c poweroff
      poweroff...: Operation not permitted
      / # kill -9 1; kill -HUP 1; kill -QUIT 1; kill -STOP 1; kill -TSTP 1; hostname
      cor
      """

  @cor
  Scenario: A program that bin/run was told to run may end the machine as well
    Given this computer's /bin/busybox as /bin/reboot
    When /bin/reboot runs
    Then it prints nothing
    And its exit status is 0

  @cor
  Scenario: A shell that is killed
    Given a person at the prompt
    When "kill -9 $$" is typed
    Then the screen shows "The shell was killed by SIGKILL. Powering off."
    And bin/run ends with 137
