// SPDX-License-Identifier: MIT
// acload as the function that AWS Lambda calls.
#ifndef AC_CLI_LAMBDA_H
#define AC_CLI_LAMBDA_H
#include "base/buf.h"
#include "cli/cli.h"

struct ac_function {
    int (*begin)(void *arg); // loads the configuration; 0 or an exit code
    // Works on one event until ac_cli_stop is set; an exit code. What it leaves in `out` is the
    // answer; nothing: the event failed.
    int (*answer)(void *arg, ac_str text, struct ac_buf *out);
    void *arg;
};

// Takes events until a signal comes or the runtime is gone. Messages are lines of JSON, the state
// is below /tmp unless somebody says otherwise, and what lies beside the program is used:
// acload.json; in lib/ CA certificates, conversions of encodings. An exit code.
int ac_cli_lambda(struct ac_cli *cli, const struct ac_function *function);

#endif
