// SPDX-License-Identifier: MIT
// Arguments in, exit code out.
#include "cli/cli.h"
#include <sys/resource.h>

int main(int argc, char **argv) {
    // Secrets live in this process: a crash leaves no core behind.
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    return ac_cli_main(argc, argv);
}
