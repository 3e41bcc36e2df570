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
      / # sh -c 'trap "echo not me" INT; echo hard; cat; echo went on'
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
