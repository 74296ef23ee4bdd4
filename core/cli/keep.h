// SPDX-License-Identifier: MIT
// Rejected rows kept where they outlive the state directory.
#ifndef AC_CLI_KEEP_H
#define AC_CLI_KEEP_H
#include "cli/cli.h"

// Moves all rejects of the ledger to the place that the configuration names (`rejects`), as
// objects of at most some MiB with a JSON value a line, as `acload rejects list --json` prints
// them. A reject leaves the ledger when its object is there. 0 or an exit code, the error told.
int ac_cli_keep_rejects(struct ac_cli *cli);

#endif
