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
    struct ac_err err;                // why a set failed
    struct acload_record *next;       // emitted after this one
    bool is_emitted;
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
// The plugin's bid; score 0 when it makes none.
enum ac_rc ac_instance_bid(struct ac_instance *in, const acload_sample *sample, acload_bid *bid,
                           struct ac_err *err);
// Once; a failing open is AC_RUN/CONFIG naming plugin and file.
enum ac_rc ac_instance_open(struct ac_instance *in, struct ac_err *err);
// Begins an input: objects and columns are bound anew. AC_INPUT when the plugin refuses the input
// (its own words), AC_RUN when its error had cause CONFIG (code CONFIG: e.g. no region).
enum ac_rc ac_instance_begin(struct ac_instance *in, const acload_input *input,
                             struct ac_err *err);
// One row. *verdict is ACLOAD_PASS …; *records the emitted ones (list by next) of this row. For
// REJECT, DROP and STOP err tells why (rc AC_ROW; code REJECTED by default).
enum ac_rc ac_instance_row(struct ac_instance *in, struct acload_row *row, int *verdict,
                           struct acload_record **records, struct ac_err *err);
enum ac_rc ac_instance_flush(struct ac_instance *in, int when, struct acload_record **records,
                             struct ac_err *err);
// Rows held (TAKE) and not released.
size_t ac_instance_held(const struct ac_instance *in);
// Released since the last call: a list the caller walks; *n of them.
void ac_instance_released(struct ac_instance *in, struct acload_row ***rows, size_t *n);
// Frees what the last row's records used. Call after the records were added to their batches.
void ac_instance_row_end(struct ac_instance *in);

#endif
