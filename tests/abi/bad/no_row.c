// SPDX-License-Identifier: MIT
// A plugin without a row function.
#include <acload/plugin.h>

static const acload_plugin plugin = {ACLOAD_PLUGIN_INIT, .name = "no_row"};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
