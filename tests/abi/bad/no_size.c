// SPDX-License-Identifier: MIT
// A plugin whose author forgot ACLOAD_PLUGIN_INIT.
#include <acload/plugin.h>

static const acload_plugin plugin = {.name = "no_size"};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
