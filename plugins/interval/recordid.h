// SPDX-License-Identifier: MIT
// The external id of an interval record.
#ifndef INTERVAL_RECORDID_H
#define INTERVAL_RECORDID_H
#include <acload/plugin.h>
#include <stdbool.h>

#define RECORDID_MAX 2048 // bytes composed before the field's length is looked at
#define RECORDID_PARTS 24

enum id_part_kind { ID_LITERAL, ID_NAME, ID_RAW, ID_START, ID_START_UTC, ID_REGION, ID_COLUMN };

struct id_form { // a template, compiled once an input
    struct {
        enum id_part_kind kind;
        acload_str literal; // slice of the template
        int column;
    } parts[RECORDID_PARTS];
    int n;
    bool has_name, has_raw, has_start, has_column;
};

struct id_values { // what one row gives
    acload_str name, start, region;
    int64_t start_ms;
    bool is_clean; // {name} is written as queue names are
    acload_str (*cell)(const acload_row *row, int column);
    const acload_row *row;
};

struct id_buf {
    char text[RECORDID_MAX];
    size_t len;
    bool is_full;      // something was left out for want of room
    bool is_name_lost; // {name} came out empty
};

// Compiles "{name}{start}{region}" and the like; the template must outlive the form. On false,
// *bad is the part that means nothing. column() is asked for what is no name of ours.
bool id_compile(struct id_form *form, const char *template,
                int (*column)(acload_ctx *ctx, const char *name), acload_ctx *ctx, acload_str *bad);
void id_compose(const struct id_form *form, const struct id_values *values, struct id_buf *out);
// The name as the queue loader of the CTI Adapter writes it since its v5.22: letters, numbers of
// every script and "_" stay; hyphens, blanks, marks, punctuation go.
void id_add_clean(struct id_buf *id, acload_str name);
// Shortens to max characters: what fits, "~", then 16 hex digits of a hash of the whole, in which
// letter case does not count (as in the org). max under 20: stays as it is.
void id_shorten(struct id_buf *id, size_t max);
size_t id_chars(acload_str s);

#endif
