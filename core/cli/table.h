// SPDX-License-Identifier: MIT
// Rows of texts, printed in columns as wide as they need.
#ifndef AC_CLI_TABLE_H
#define AC_CLI_TABLE_H
#include "cli/cli.h"

#define AC_TABLE_MAX 10u

// The last column takes what is left of the line; of a longer text there its end is shown, since
// files are told apart by their names rather than their folders.
struct ac_table {
    struct ac_arena *arena;
    const char *titles[AC_TABLE_MAX];
    bool is_number[AC_TABLE_MAX]; // to the right
    size_t n;
    const char ***rows;
    size_t n_rows, max_rows;
    bool is_short; // of memory
};
void ac_table_init(struct ac_table *t, struct ac_arena *arena);
void ac_table_column(struct ac_table *t, const char *title, bool is_number);
// As many texts as columns, copied.
void ac_table_row(struct ac_table *t, const char *const *cells);
void ac_table_print(const struct ac_table *t, FILE *out, int width, bool color);

#endif
