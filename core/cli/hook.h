// SPDX-License-Identifier: MIT
// What the ways to be told of events share.
#ifndef AC_CLI_HOOK_H
#define AC_CLI_HOOK_H
#include "cli/loading.h"
#include "hook/event.h"

struct ac_hook_flags {
    struct ac_load_flags load;
    struct ac_load_how how;
    int lambda, once, ephemeral;
    const char *sqs;
    int64_t hidden_ms;
};

struct ac_hook {
    struct ac_cli *cli;
    const struct ac_hook_flags *flags;
    struct ac_use uses[AC_CLI_MAX_USES]; // of --plugin
    size_t n_uses;
};

// How a job's inputs are read. job NULL: records of streams that no job names. All is borrowed.
struct ac_engine_options ac_hook_options(const struct ac_hook *h, const struct ac_job *job,
                                         struct ac_progress *progress);
// Reads an object that a job is named for, as ac_engine_input does. AC_INPUT: told already.
enum ac_rc ac_hook_object(struct ac_engine *e, const struct ac_event_object *object,
                          struct ac_arena *arena, struct ac_err *err);
// A folder's marker, or without content: there is nothing to be read.
bool ac_hook_is_marker(const struct ac_event_object *object);
// Says that it belongs to no job.
void ac_hook_tell_unmatched(const struct ac_config *config, const struct ac_event_object *object);
// The worker on the queue of --sqs (sqs.c). The exit code.
int ac_hook_sqs(const struct ac_hook *h);

#endif
