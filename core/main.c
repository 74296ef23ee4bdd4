// SPDX-License-Identifier: MIT
// Arguments in, exit code out.
#include "base/json_memory.h"
#include "cli/cli.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char **argv) {
    // A standard stream that was closed would give its number to a file of ours. Standard input
    // cannot be read then, which is not the same as an empty one.
    int fd = open("/dev/null", O_WRONLY);
    while (fd >= 0 && fd < 3)
        fd = open("/dev/null", O_RDWR);
    if (fd >= 3)
        close(fd);
    // A closed pipe, or a limit on files, is an error that is told, not the end.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    // Secrets live in this process: a crash leaves no core behind, neither a file nor one that is
    // handed to a program (core_pattern), which the limit does not hold for.
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ // which looks at itself from outside, for leaks
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    ac_json_memory_begin();
    return ac_cli_main(argc, argv);
}
