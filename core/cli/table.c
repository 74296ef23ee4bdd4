// SPDX-License-Identifier: MIT
// Columns measured, then printed.
#include "cli/table.h"

#define GAP 2
#define CELL_BYTES ((size_t)64 * 1024)
#define LEAST 12 // of the last column

void ac_table_init(struct ac_table *t, struct ac_arena *arena) {
    *t = (struct ac_table){.arena = arena};
}

void ac_table_column(struct ac_table *t, const char *title, bool is_number) {
    t->titles[t->n] = title;
    t->is_number[t->n++] = is_number;
}

void ac_table_row(struct ac_table *t, const char *const *cells) {
    if (t->n_rows == t->max_rows) {
        size_t max = t->max_rows ? t->max_rows * 2 : 16;
        const char ***more = ac_arena_alloc(t->arena, max * sizeof *more);
        t->is_short |= !more;
        if (!more)
            return;
        if (t->n_rows)
            memcpy(more, t->rows, t->n_rows * sizeof *more);
        t->rows = more;
        t->max_rows = max;
    }
    const char **row = ac_arena_alloc(t->arena, t->n * sizeof *row);
    t->is_short |= !row;
    AC_CLEANUP(ac_buf_free) struct ac_buf plain;
    ac_buf_init(&plain, CELL_BYTES);
    for (size_t i = 0; i < t->n && row; i++) {
        ac_buf_clear(&plain);
        bool is_good = ac_buf_add_plain(&plain, ac_str_of(cells[i]));
        row[i] = is_good ? ac_arena_copy(t->arena, ac_buf_str(&plain)) : NULL;
        t->is_short |= !row[i];
        if (!row[i])
            row = NULL;
    }
    if (row)
        t->rows[t->n_rows++] = row;
}

static int chars(const char *text) { return (int)ac_str_chars(ac_str_of(text)); }

static void print_end(FILE *out, const char *text, int room) {
    int n = chars(text);
    if (n <= room) {
        fputs(text, out);
        return;
    }
    fputs("…", out);
    for (int skip = n - room + 1; skip > 0 && *text;) {
        text++;
        skip -= ((unsigned char)*text & 0xC0) != 0x80;
    }
    fputs(text, out);
}

static void print_row(const struct ac_table *t, const char *const *cells, const int *widths,
                      int width, FILE *out) {
    int left = width - 2;
    fputs("  ", out);
    for (size_t i = 0; i + 1 < t->n; i++) {
        int blanks = widths[i] - chars(cells[i]);
        if (t->is_number[i])
            fprintf(out, "%*s%s%*s", blanks, "", cells[i], GAP, "");
        else
            fprintf(out, "%s%*s", cells[i], blanks + GAP, "");
        left -= widths[i] + GAP;
    }
    print_end(out, cells[t->n - 1], left > LEAST ? left : LEAST);
    fputc('\n', out);
}

void ac_table_print(const struct ac_table *t, FILE *out, int width, bool color) {
    int widths[AC_TABLE_MAX] = {0};
    for (size_t i = 0; i < t->n; i++) {
        widths[i] = chars(t->titles[i]);
        for (size_t k = 0; k < t->n_rows; k++)
            if (chars(t->rows[k][i]) > widths[i])
                widths[i] = chars(t->rows[k][i]);
    }
    fputs(color ? "\033[2m" : "", out);
    print_row(t, t->titles, widths, width, out);
    fputs(color ? "\033[0m" : "", out);
    for (size_t k = 0; k < t->n_rows; k++)
        print_row(t, t->rows[k], widths, width, out);
}
