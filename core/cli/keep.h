// SPDX-License-Identifier: MIT
// Rejected rows kept where they outlive the state directory.
#ifndef AC_CLI_KEEP_H
#define AC_CLI_KEEP_H
#include "cli/cli.h"

struct ac_keep_tick { // called after each object
    void (*call)(void *arg);
    void *arg;
};
// Moves all rejects of the ledger to the place that the configuration names (`rejects`), as
// objects of at most some MiB, of one input each, with a JSON value a line, as `acload rejects list
// --json` prints them. Their names say the input and which rows they hold, so that the same rows
// replace themselves. A reject leaves the ledger when its object is there. tick may be NULL. 0 or
// an exit code, the error told.
int ac_cli_keep_rejects(struct ac_cli *cli, const struct ac_keep_tick *tick);

#endif
