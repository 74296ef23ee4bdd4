// SPDX-License-Identifier: MIT
// A plugin without a name.
#include <acload/plugin.h>

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

static const acload_plugin plugin = {ACLOAD_PLUGIN_INIT, .row = row};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
