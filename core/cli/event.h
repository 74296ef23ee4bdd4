// SPDX-License-Identifier: MIT
// Events as files or on standard input, for the commands that take them.
#ifndef AC_CLI_EVENT_H
#define AC_CLI_EVENT_H
#include "cli/cli.h"
#include "hook/event.h"

// Reads a whole event; path "-": from standard input. AC_INPUT (more than an event can have, not
// there), AC_RUN/STOP: a signal came while it was read. The caller frees the event.
enum ac_rc ac_cli_read_event(const char *path, struct ac_event *out, struct ac_err *err);
// Reads the records of one shard, from record *at on, which is moved behind them, as one input.
// AC_INPUT: told already.
enum ac_rc ac_cli_import_shard(struct ac_engine *e, const struct ac_event *event, size_t *at,
                               struct ac_err *err);
// A file given to import may be an event: AC_END when it is none, and nothing was done; else as
// ac_engine_input answers.
enum ac_rc ac_cli_import_event(struct ac_engine *e, const struct ac_item *item, struct ac_err *err);

#endif
