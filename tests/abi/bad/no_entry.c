// SPDX-License-Identifier: MIT
// A shared object that exports nothing.
#include <acload/plugin.h>

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

// Kept by the linker, seen by nobody.
__attribute__((used)) static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,
    .name = "no_entry",
    .row = row,
};
