// SPDX-License-Identifier: MIT
// Folders with plugins in them, for tests of the loader.
#ifndef TESTS_UNIT_PLUGIN_FOLDER_H
#define TESTS_UNIT_PLUGIN_FOLDER_H
#include <stddef.h>
#include <sys/types.h>

// All paths live until plugin_folder_end(), which goes back to the folder the test began in.
const char *plugin_folder_abi(const char *file); // of tests/abi, built: "bad/no_row.so"
const char *plugin_folder_new(mode_t mode);      // a new folder of that mode, empty
const char *plugin_folder_below(const char *dir, const char *name, mode_t mode);
const char *plugin_folder_path(const char *dir, const char *name); // joined, nothing made
// Files of mode 0644; their path.
const char *plugin_folder_copy(const char *abi, const char *dir, const char *name);
const char *plugin_folder_write(const char *dir, const char *name, const char *text);
// Spells a name of the file otherwise, in as many letters; how often it stood there.
size_t plugin_folder_rename_symbol(const char *path, const char *from, const char *to);
void plugin_folder_end(void);

#endif
