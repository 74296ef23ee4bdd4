// SPDX-License-Identifier: MIT
// A plugin that ends the run at a JSON value with a member Halt; all else passes.
#include <acload/plugin.h>

struct state {
    int halt;
};

static int stops_begin(acload_ctx *ctx, const acload_input *input) {
    struct state *s = ctx->state;
    (void)input;
    s->halt = ctx->host->path(ctx, "/Halt");
    return s->halt < 0 ? ACLOAD_FAIL : ACLOAD_OK;
}

static int stops_row(acload_ctx *ctx, acload_row *row) {
    const struct state *s = ctx->state;
    if (ctx->host->kind(row, s->halt) == ACLOAD_NONE)
        return ACLOAD_PASS;
    ctx->host->fail(ctx, "HALT", "is where the run ends");
    return ACLOAD_STOP;
}

static const acload_plugin descriptor = {
    ACLOAD_PLUGIN_INIT,
    .name = "stops",
    .version = "1",
    .summary = "ends the run where it is told to",
    .state_size = sizeof(struct state),
    .begin = stops_begin,
    .row = stops_row,
};

const acload_plugin *acload_plugin_entry(void) { return &descriptor; }
