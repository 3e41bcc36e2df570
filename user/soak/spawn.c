// Forks, runs a program and waits for it, so many times: spawn TIMES
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long times = argc > 1 ? atol(argv[1]) : 1000;
    if (times == 0)
        return 7; // this is the program that runs
    for (volatile long i = 0; i < times; i++) {
        pid_t child = i % 4 ? fork() : vfork();
        if (child == 0) {
            execl("/proc/self/exe", "spawn", "0", NULL);
            _exit(1);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 7) {
            perror("spawn");
            return 1;
        }
    }
}
