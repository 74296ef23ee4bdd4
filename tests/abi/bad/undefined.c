// SPDX-License-Identifier: MIT
// A plugin whose test takes the function away that it needs.
//
// It cannot be linked with an undefined symbol (-z defs), so it needs one of the C library; the
// test loads a copy in which that name is spelled otherwise.
#include <acload/plugin.h>
#include <unistd.h>

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return getppid() == 0 ? ACLOAD_DROP : ACLOAD_PASS;
}

static const acload_plugin plugin = {ACLOAD_PLUGIN_INIT, .name = "undefined", .row = row};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
