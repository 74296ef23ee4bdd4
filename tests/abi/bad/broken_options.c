// SPDX-License-Identifier: MIT
// A plugin with an option that would be filled in outside its state.
#include <acload/plugin.h>

struct state {
    int64_t limit;
};

static const acload_option options[] = {
    {"limit", ACLOAD_OPT_INT, offsetof(struct state, limit), "5", 0, 0, NULL, "How many."},
    {"beyond", ACLOAD_OPT_INT, sizeof(struct state), "6", 0, 0, NULL, "Behind the end."},
    {.name = NULL},
};

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT, .name = "broken_options",
    .options = options, .state_size = sizeof(struct state),
    .row = row,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
