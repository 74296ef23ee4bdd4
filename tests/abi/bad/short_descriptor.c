// SPDX-License-Identifier: MIT
// A plugin whose descriptor ends before its row function.
#include <acload/plugin.h>

static const acload_plugin plugin = {
    .size = offsetof(acload_plugin, row),
    .abi = ACLOAD_ABI,
    .option_size = sizeof(acload_option),
    .name = "short_descriptor",
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
