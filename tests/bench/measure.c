// SPDX-License-Identifier: MIT
// What a command costs: measure FILE COMMAND... writes "wall_ms cpu_ms peak_kib exit" to FILE.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static double of(struct timeval t) { return (double)t.tv_sec * 1000 + (double)t.tv_usec / 1000; }

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    double begun = now_ms();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child)
        return 2;
    double wall = now_ms() - begun;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *out = fopen(argv[1], "we");
    if (!out)
        return 2;
    fprintf(out, "%.1f %.1f %ld %d\n", wall, of(used.ru_utime) + of(used.ru_stime), used.ru_maxrss,
            code);
    return fclose(out) ? 2 : code;
}
