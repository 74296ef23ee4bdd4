// SPDX-License-Identifier: MIT
// What the verbs of acload rejects share.
#ifndef AC_CLI_REJECTS_H
#define AC_CLI_REJECTS_H
#include "base/buf.h"
#include "cli/choice.h"

struct ac_rejects_flags {
    int json, yes, unknown, keep_going, new_ids;
    struct ac_choice_flags choice;
    int64_t max;
    const char *plugin, *option, *region, *metrics;
};

// The ledger, opened; 0 and *out NULL: there is none yet, which was said.
int ac_rejects_open(struct ac_cli *cli, const struct ac_rejects_flags *flags, bool read_only,
                    struct ac_ledger **out);
// Adds it as one JSON object. False without memory or room.
bool ac_rejects_json(const struct ac_reject *reject, struct ac_buf *out);
int ac_rejects_list(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice);
int ac_rejects_show(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice);
int ac_rejects_retry(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                     struct ac_choice *choice);
// To a file that does not exist yet, or "-".
int ac_rejects_export(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                      struct ac_choice *choice, const char *path);
int ac_rejects_drop(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice);

#endif
