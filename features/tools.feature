Feature: The tools at the prompt
  What BusyBox's commands show on Cor is what they show on Linux.

  Scenario: Files
    Given a person at the prompt
    When the session goes:
      """
      / # mkdir -p /tmp/w/d && cd /tmp/w && umask 022
      /tmp/w # seq 10 > n; ln -s n l; ln n hard; chmod 4750 n; touch -d 2020-01-02 d
      /tmp/w # ls -ln
      total 8
      drwxr-xr-x    2 0        0               40 Jan  2  2020 d
      -rwsr-x---    2 0        0               21 ... hard
      lrwxrwxrwx    1 0        0                1 ... l -> n
      -rwsr-x---    2 0        0               21 ... n
      /tmp/w # find . -type l -o -links 2 -type f | sort
      ./hard
      ./l
      ./n
      /tmp/w # sort -rn n | awk '{ s += $1; t = t $1 } END { print s, t }'
      55 10987654321
      /tmp/w # sed -n '3,5s/./<&>/p' n
      <3>
      <4>
      <5>
      /tmp/w # sha256sum n | cut -c1-16; md5sum < n
      bf794518e35d7f1c
      3b0332e02daabf31651a5a0d81ba830a  -
      /tmp/w # tar czf /tmp/x.tgz . && mkdir /tmp/y && tar xzf /tmp/x.tgz -C /tmp/y
      /tmp/w # diff -r . /tmp/y && echo same
      same
      /tmp/w # stat -c '%a %h %F %s' /tmp/y/n; stat -c %N /tmp/y/l
      4750 2 regular file 21
      '/tmp/y/l' -> 'n'
      /tmp/w # gzip -c n > n.gz; zcat n.gz | cmp - n && echo whole
      whole
      /tmp/w # seq 9 > m; diff -u n m | tail -n 2
       9
      -10
      /tmp/w # dd if=/dev/zero bs=1k count=1k 2> /dev/null | wc -c
      1048576
      /tmp/w # find / -xdev -name busybox -size +500k
      /bin/busybox
      /tmp/w # printf 'a b\nc\n' | xargs -n 1 echo -
      - a
      - b
      - c
      /tmp/w # mkfifo p; (echo through > p &); cat p
      through
      /tmp/w # echo cat p > j; echo 'echo at once > p' >> j
      /tmp/w # time xargs -P 2 -I '{}' sh -c '{}' < j
      at once
      real	...
      user	...
      sys	...
      /tmp/w # rm d
      rm: 'd' is a directory
      /tmp/w # cd /
      """

  Scenario: The machine
    Given a person at the prompt
    When the session goes:
      """
      / # uname -sm
      ...x86_64
      / # ps -o pid,ppid,stat,comm | grep -w -e COMMAND -e init
      PID   PPID  STAT COMMAND
          1     0 S    init
      / # mkfifo /tmp/p; cat /tmp/p &
      / # until ps -o args | grep '^[c]at /tmp/p'; do :; done
      cat /tmp/p
      / # echo done > /tmp/p; wait
      done
      [1]+  Done                       cat /tmp/p
      / # dmesg | head -n 1
      [    ...
      / # date -u -d @1000000000
      Sun Sep  9 01:46:40 UTC 2001
      / # mount -t tmpfs -o size=64k none /mnt
      / # df -k /mnt | tail -n 1 | tr -s ' '
      none 64 0 64 0% /mnt
      / # dd if=/dev/zero of=/mnt/full bs=1k count=100
      dd: error writing '/mnt/full': No space left on device
      ...
      / # df -k /mnt | tail -n 1 | tr -s ' '; umount /mnt; ls -A /mnt
      none 64 64 0 100% /mnt
      / # free -m | head -n 1 | tr -s ' '
       total used free shared buff/cache available
      / # timeout 0.2 sleep 5; echo $?
      ...143
      / # setsid sh -c 'ps -o pid,sid,tty | grep -w $$ | tr -s " "' | cat
      ...?...
      / # tty
      /dev/ttyS0
      / # echo from the kernel > /dev/kmsg; dmesg | tail -n 1
      [...] from the kernel
      / # su nobody -s /bin/sh -c 'id -un; kill -9 1; echo x > /etc/passwd'
      nobody
      sh: can't kill pid 1: Operation not permitted
      sh: can't create /etc/passwd: Permission denied
      """

  @cor
  Scenario: The files and directories that tools need
    Given a person at the prompt
    When the session goes:
      """
      / # hostname; hostname -f; . /etc/os-release; echo $NAME
      cor
      cor
      Cor
      / # ls -1d /home /mnt /root /run /tmp /var/*
      /home
      /mnt
      /root
      /run
      /tmp
      /var/lib
      /var/log
      /var/run
      /var/spool
      /var/tmp
      / # stat -c '%a %n' /tmp /var/tmp /root /etc/shadow; readlink -f /var/run
      1777 /tmp
      1777 /var/tmp
      700 /root
      600 /etc/shadow
      /run
      / # su nobody -s /bin/sh -c 'cat /etc/shadow; ls /root; mktemp -p /var/tmp'
      cat: can't open '/etc/shadow': Permission denied
      ls: can't open '/root': Permission denied
      /var/tmp/tmp...
      / # syslogd; logger -t story hello; sleep 0.2; tail -n 1 /var/log/messages
      ...cor user.notice story: hello
      / # echo '0 0 * * * true' | crontab -; crontab -l
      0 0 * * * true
      / # start-stop-daemon -S -b -m -p /run/s.pid -x /bin/sleep -- 50
      / # start-stop-daemon -K -p /run/s.pid
      stopped process in pidfile '/run/s.pid' (pid ...)
      / # mount | head -n 1; mount -a; dpkg -l | grep -c Name; who -a | grep -c tty1
      ... on / type tmpfs (rw,relatime)
      1
      1
      / # cd; pwd; cd /
      /root
      """
    When "passwd" is typed
    Then the screen shows "New password:"
    When "secret 42 words" is typed
    Then the screen shows "Retype password:"
    When "secret 42 words" is typed
    Then the screen shows "password for root changed by root"
    When "login root" is typed
    Then the screen shows "Password:"
    When "secret 42 words" is typed
    Then the screen shows "~ #"

  Scenario: In a root without tests the program that runs them says which root has some
    Given this computer's ../target/images/tests/root/bin/run-tests as /bin/run-tests
    When /bin/run-tests runs
    Then it prints "run-tests: this root has no tests; to run them: bin/run --root target/images/tests/tests.cpio -- /bin/run-tests"
    And the exit status is 2

  @cor
  Scenario: A disk without a file system that Cor knows
    Given an empty disk of 1 MiB
    And a person at the prompt
    When the session goes:
      """
      / # mount /dev/vdb /mnt
      [...] fs: there is no file system type ext4; see /proc/filesystems (none of them lies on a disk)
      mount: mounting /dev/vdb on /mnt failed: No such device
      / # grep -vc nodev /proc/filesystems
      0
      / # mount -t devpts none /mnt; ls /mnt; umount /mnt
      ptmx
      """

  Scenario: Programs that use the whole screen
    Given a person at the prompt
    When "vi /tmp/letter" is typed, and the screen is cleared
    Then the screen looks like:
      """

      ~...
      ~
      - /tmp/letter 1/1 100%
      """
    When the keys iDear Space reader, Enter Enter more Escape are pressed
    Then the screen looks like:
      """
      Dear reader,

      more
      ~...
      - /tmp/letter [Modified] 3/3 100%
      """
    When the keys yy p A ! Escape are pressed
    Then the screen looks like:
      """
      Dear reader,

      more
      more!
      ~...
      - /tmp/letter [Modified] 4/4 100%
      """
    When the keys 2G dd u k dd G . Enter :w Enter are pressed
    Then the screen looks like:
      """

      more
      ~...
      '/tmp/letter' 2L, 6C
      """
    When the keys :q Enter are pressed
    Then there is a prompt again
    When the session goes:
      """
      / # clear; cat /tmp/letter

      more
      """
    When "seq 100 | less" is typed, and the screen is cleared
    Then the screen looks like:
      """
      1
      2
      ...
      23
      ...
      """
    When the keys Space are pressed
    Then the screen looks like:
      """
      24
      ...
      46
      :
      """
    When the keys / 77 Enter are pressed
    Then the screen looks like:
      """
      77
      ...
      99
      ...
      """
    When the keys q are pressed
    Then there is a prompt again
    When "top" is typed, and the screen is cleared
    Then the screen looks like:
      """
      Mem: ...K used, ...K free, ...
      CPU: ...% usr ...% sys ...% idle...
      Load average: ...
        PID  PPID USER     STAT   VSZ %VSZ...COMMAND
      ...
          1     0 root     S ...init...
      """
    When the keys q are pressed
    Then there is a prompt again
    When "watch -n 1 -t date" is typed, and the screen is cleared
    Then the screen looks like:
      """
      ...:...:...20...
      """
    When the keys Ctrl-C are pressed
    Then there is a prompt again

  @cor
  Scenario: What the kernel counts
    Given a person at the prompt
    When the session goes:
      """
      / # dmesg | grep -c -e 'the clock is measured' -e 'all .* files of the root'
      2
      / # cat /proc/buddyinfo /proc/vmstat /proc/meminfo > /tmp/free
      / # sum='/^Node/ { k = 1; for (i = 5; i <= NF; i++) { s += k * $i; k += k } }'
      / # awk "$sum END { print (s > 0) }" /tmp/free
      1
      / # awk "$sum /^nr_free/ { s -= \$2 } END { print (s * s < 10000) }" /tmp/free
      1
      / # awk "$sum /^MemF/ { s -= \$2 / 4 } END { print (s * s < 10000) }" /tmp/free
      1
      / # stty size
      24 80
      / # head -n 1 /proc/lock_stat
      lock_stat version 0.4
      / # echo 0 > /proc/lock_stat; wc -l < /proc/lock_stat
      4
      / # echo 1 > /proc/lock_stat
      ...Invalid argument
      """
