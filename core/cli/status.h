// SPDX-License-Identifier: MIT
// What the forms of acload status share.
#ifndef AC_CLI_STATUS_H
#define AC_CLI_STATUS_H
#include "cli/cli.h"
#include "ledger/reject.h"

struct ac_status_flags {
    int json, rebuild, forget_inserts;
    int64_t runs, inputs;
    const char *metrics;
};

// Where the engine keeps the allocation an org told last: "used/max" by the org's name.
#define AC_USAGE_SCOPE "usage"
struct ac_usage {
    int64_t used, max;
};
bool ac_usage_parse(const char *value, struct ac_usage *out);
const char *ac_input_word(enum ac_input_state state);
// What became of a run: "0", "1" ..., "running", "killed".
const char *ac_run_word(const struct ac_run_row *run, char out[16]);

enum ac_rc ac_status_json(struct ac_ledger *l, const struct ac_totals *totals,
                          const struct ac_status_flags *flags, struct ac_err *err);
int ac_status_rebuild(struct ac_cli *cli, const struct ac_status_flags *flags);

#endif
