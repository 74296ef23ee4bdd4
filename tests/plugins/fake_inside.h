// SPDX-License-Identifier: MIT
// What the files of the fake host share; tests include fake_host.h alone.
#ifndef TESTS_PLUGINS_FAKE_INSIDE_H
#define TESTS_PLUGINS_FAKE_INSIDE_H
#include "fake_host.h"

#define FAKE_MAX_BOUND 32

enum { FAKE_NOTHING, FAKE_BID, FAKE_OPEN, FAKE_BEGIN, FAKE_ROW, FAKE_FLUSH, FAKE_CLOSE };
enum { FAKE_LENT, FAKE_HELD, FAKE_GONE };

struct fake_piece { // memory that is freed in one go; the bytes follow
    struct fake_piece *next;
    void *align[1];
};

struct acload_row {
    struct fake_host *host;
    struct acload_row *next;
    size_t n;
    acload_str *cells;
    void *value;               // of a JSON row
    struct fake_piece *memory; // dies with the row
    int state;                 // FAKE_LENT …
};

struct acload_record {
    struct fake_host *host;
    size_t org_object;
    int operation, key; // key: field number, -1 for inserts
    const acload_row *parent;
    size_t n_values;
    const char **values; // NULL: never set
    int64_t version_ms;
    bool is_emitted;
};

struct fake_org_field {
    const char *name;
    acload_traits traits;
    unsigned asked; // the input in whose begin the plugin asked for it, 0: never
};

struct fake_org_object {
    const char *name;
    bool is_open;
    struct fake_org_field *fields;
    size_t n_fields;
};

struct fake_line {
    int level;
    const char *text;
};

struct fake_inside {
    struct fake_piece *memory; // dies with the host
    int phase;                 // FAKE_BID …
    bool is_open;
    bool *is_given; // options, by row of the table
    struct fake_org_object *objects;
    size_t n_objects;
    const acload_str *columns; // during begin
    size_t n_columns;
    int format;         // ACLOAD_CSV, ACLOAD_JSON
    const char **paths; // of the input, or of the bid under way
    size_t n_paths;
    unsigned input; // inputs begun
    struct {
        size_t org_object;
        int operation, key;
    } bound[FAKE_MAX_BOUND]; // what object() gave numbers to
    size_t n_bound;
    acload_row *rows; // all of them
    size_t n_held, n_released;
    acload_record **records;
    size_t n_records;
    struct fake_line *logs;
    size_t n_logs;
    char code[64], why[1024];
};

extern const acload_host fake_table;

void *fake_get_memory(struct fake_piece **list, size_t len); // zeroed
void fake_free_memory(struct fake_piece **list);
char *fake_copy(struct fake_piece **list, acload_str s);
void *fake_grow(void *array, size_t n, size_t size); // room for one more than n
bool fake_same(const char *a, const char *b);        // letter case ignored
struct fake_org_object *fake_find_object(struct fake_host *h, const char *name);
int fake_find_field(const struct fake_org_object *o, const char *name);
void fake_fill_options(struct fake_host *h);
void fake_check_required(struct fake_host *h); // ends the test when one is not given
int fake_add_path(struct fake_host *h, const char *pointer);
acload_str fake_at_path(const acload_row *row, int path);
int fake_kind(const acload_row *row, int path);
void fake_free_value(acload_row *row);
int fake_play_row(struct fake_host *h, acload_row *row); // the host's from then on
int fake_play_begin(struct fake_host *h, const acload_input *shape);
int fake_play_bid(struct fake_host *h, const acload_sample *sample, acload_bid *bid);
// NULL, or the code the org would give for that value.
const char *fake_refused(const acload_traits *traits, acload_str s);

#endif
