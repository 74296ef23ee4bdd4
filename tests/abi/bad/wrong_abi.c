// SPDX-License-Identifier: MIT
// A plugin of another ABI.
#include <acload/plugin.h>

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

static const acload_plugin plugin = {
    .size = sizeof(acload_plugin),
    .abi = ACLOAD_ABI + 7,
    .option_size = sizeof(acload_option),
    .name = "wrong_abi",
    .row = row,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
