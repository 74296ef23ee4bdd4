// SPDX-License-Identifier: MIT
// An instance of a plugin with the services table it is handed.
#ifndef AC_PLUGIN_HOST_H
#define AC_PLUGIN_HOST_H
#include "base/clock.h"
#include "plugin/load.h"
#include "record/row.h"
#include "schema/columns.h"

// What the engine does for instances.
struct ac_services {
    void *arg;
    // The schema of an object (name without namespace). Borrowed for the run.
    enum ac_rc (*schema)(void *arg, const char *object, const struct ac_schema **out,
                         struct ac_err *err);
};

// A record a row made. Lives until the row's end.
struct acload_record {
    struct ac_instance *owner;
    int object;                       // number within the instance
    const struct ac_columns *columns; // fixed after begin
    ac_str *cells;                    // columns->n, AC_ABSENT at first
    const struct acload_row *parent;
    struct acload_record *next; // emitted after this one
    int64_t version_ms;         // INT64_MIN: as new as the input
    bool is_emitted;
    // For the host alone.
    uint64_t seal;       // says that this is a record
    unsigned n_settable; // fields that set() takes: columns->n, none after emit
    char *text;          // room for copies of texts
    size_t text_left;
    struct acload_record *next_made; // of the same row
};

struct ac_option_value {
    ac_str name, value;
};

struct ac_instance;
// Makes an instance: state zeroed, defaults then the values given filled in, required ones
// checked; not opened yet. Errors name the plugin and the option.
enum ac_rc ac_instance_new(struct ac_instance **out, const struct ac_module *module,
                           const struct ac_option_value *values, size_t n_values,
                           const struct ac_services *services, const struct ac_clock *clock,
                           struct ac_err *err);
void ac_instance_free(struct ac_instance *in); // calls close when open said OK
const struct ac_module *ac_instance_module(const struct ac_instance *in);
// The plugin's bid; score 0 when it makes none. A bid that fails, or is no number from 0 to 100,
// is none, with a warning.
enum ac_rc ac_instance_bid(struct ac_instance *in, const acload_sample *sample, acload_bid *bid,
                           struct ac_err *err);
// Once; later calls give the same answer. A failing open is AC_RUN/CONFIG naming plugin and file.
enum ac_rc ac_instance_open(struct ac_instance *in, struct ac_err *err);
// Begins an input: objects and columns are bound anew. AC_INPUT when the plugin refuses the input
// (its own words), AC_RUN when its error had cause CONFIG (code CONFIG: e.g. no region).
enum ac_rc ac_instance_begin(struct ac_instance *in, const acload_input *input, struct ac_err *err);

// --- rows: what the chain is made of -------------------------------------------------------------

// The row as plugins see it, for as long as its work takes: another struct than `row`, with the
// same cells, that stays where it is when a plugin keeps it (TAKE). Every row that was lent goes
// back with ac_instance_row_end(), which frees all that was made of it. NULL: no memory.
struct acload_row *ac_instance_lend(struct ac_instance *in, const struct acload_row *row);
void ac_instance_row_end(struct acload_row *lent);
// Records emitted for it so far, by all plugins (list by next).
struct acload_record *ac_instance_records(const struct acload_row *lent);

// One row that was lent, by this instance or another of the chain. Returns the verdict,
// ACLOAD_PASS …; for REJECT, DROP and STOP ac_instance_why() tells why. A row TAKEn has an owner
// and copies of its cells. A plugin that breaks its contract gets REJECT, whatever it answered.
int ac_instance_row(struct ac_instance *in, struct acload_row *lent);
// The reason of the last REJECT (code REJECTED by default), DROP (empty by default) or STOP.
const struct ac_err *ac_instance_why(const struct ac_instance *in);
// AC_OK; AC_INPUT at the end of an input, AC_RUN otherwise.
enum ac_rc ac_instance_flush(struct ac_instance *in, int when, struct ac_err *err);
// Rows held (TAKE) and not released; the one held longest, or NULL.
size_t ac_instance_held(const struct ac_instance *in);
struct acload_row *ac_instance_next_held(const struct ac_instance *in);
// The next row that the plugin released, in the order of its releases; NULL: none. Each is given
// once, and is on loan like any other from then on.
struct acload_row *ac_instance_next_released(struct ac_instance *in);

#endif
