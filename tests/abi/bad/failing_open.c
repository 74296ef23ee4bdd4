// SPDX-License-Identifier: MIT
// A plugin that loads, then fails in open.
#include <acload/plugin.h>

static int open_plugin(acload_ctx *ctx) {
    ctx->host->fail(ctx, "NO_LICENCE", "the licence file is missing");
    return ACLOAD_FAIL;
}

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,         .name = "failing_open", .version = "1",
    .summary = "Fails in open", .open = open_plugin,    .row = row,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
