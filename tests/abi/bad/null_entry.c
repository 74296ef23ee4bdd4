// SPDX-License-Identifier: MIT
// A plugin whose entry returns NULL.
#include <acload/plugin.h>

const acload_plugin *acload_plugin_entry(void) { return NULL; }
