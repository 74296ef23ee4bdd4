// SPDX-License-Identifier: MIT
// What the host's files share: instances, the objects bound for an input, rows on loan.
#ifndef AC_PLUGIN_HOST_INT_H
#define AC_PLUGIN_HOST_INT_H
#include "plugin/host.h"

// Ceilings of one instance.
#define AC_HOST_KEEP_BYTES ((size_t)16 * 1024 * 1024)  // keep()
#define AC_HOST_INPUT_BYTES ((size_t)16 * 1024 * 1024) // columns and fields of an input
#define AC_HOST_ROW_BYTES ((size_t)16 * 1024 * 1024)   // what is made of one row
#define AC_HOST_HELD_BYTES ((size_t)16 * 1024 * 1024)  // all rows held (TAKE)
#define AC_HOST_MAX_OBJECTS 64
// Numbers of fields that the user may not write begin here: they are no column.
#define AC_HOST_READ_ONLY (1 << 24)

enum ac_phase { // which callback is running
    AC_PHASE_NONE,
    AC_PHASE_BID,
    AC_PHASE_OPEN,
    AC_PHASE_BEGIN,
    AC_PHASE_ROW,
    AC_PHASE_FLUSH,
    AC_PHASE_CLOSE
};

enum ac_slot_state { AC_SLOT_FREE, AC_SLOT_LENT, AC_SLOT_HELD, AC_SLOT_RELEASED };

struct ac_path { // one step into a value; the first of all is the value itself
    int parent;
    ac_str key;
    size_t element; // the key as the number of an element, SIZE_MAX: it is none
};
struct ac_paths { // by number, a parent before its children
    struct ac_arena *arena;
    struct ac_path *list;
    size_t n, max;
};
struct ac_seen { // what stands at a path in a row's value
    void *value; // NULL: nothing
    ac_str text;
    bool is_resolved, is_rendered;
};

struct ac_slot { // a row on loan; never freed before its home is, so a stale pointer harms nobody
    struct acload_row row;
    struct ac_instance *home; // whose memory it is
    struct ac_instance *in;   // who works on it, or holds it
    enum ac_slot_state state;
    struct ac_arena arena; // everything made of the row
    size_t value_bytes;    // of its value, while it is held
    size_t counted_bytes;  // of both, in home->held_bytes
    struct ac_seen *seen;  // by path of the instance that works on it
    size_t n_seen;
    struct acload_record *first, **tail; // emitted
    struct acload_record *made;          // all, by next_made
    struct ac_slot *prev, *next;         // in the list it is in
    struct ac_slot *next_all;            // of its home
};

struct ac_slots { // a queue
    struct ac_slot *first, *last;
};

struct ac_unknown { // a field that only the plugin knows, of an object without org
    struct ac_unknown *next;
    struct ac_field field;
    int number;
};

struct ac_step { // a pair of fill(), with what its field takes as it stands
    uint32_t column, field;
    char sign;
    bool takes_number, takes_null;
    unsigned char n_fraction; // digits after the point
};

struct ac_mapped { // a field that the job's configuration fills
    size_t rule;
    int field;
};

#define AC_BOUND_BUCKETS 256u
struct ac_bound { // an object bound for an input
    const struct ac_schema *schema;
    struct ac_columns columns;
    const struct ac_field **fields; // columns.fields, while they are added
    size_t max_fields;
    int *numbers; // by number in the schema; -1: not asked for yet
    struct ac_unknown **unknown;
    const struct ac_step *plan; // of these pairs; NULL: none yet
    const acload_pair *plan_pairs;
    size_t n_plan;
    struct ac_mapped *mapped; // NULL: none
    size_t n_mapped;
};

struct ac_instance {
    acload_ctx ctx; // first: a ctx is its instance
    const struct ac_module *module;
    const struct ac_services *services;
    const struct ac_clock *clock;
    void *state;
    bool is_open;
    struct ac_err open_err; // why open failed
    enum ac_phase phase;
    struct ac_arena keep, input_arena, bid_arena;
    struct ac_err reason;  // of the callback that runs, or ran last
    bool has_misused;      // the plugin broke its contract in this callback
    bool has_no_memory;    // the machine had none for it, though no ceiling was reached
    bool is_row_too_large; // get() had to give nothing where there is something
    struct ac_err fault;   // of a service, not to be overlooked by a plugin
    // the input
    acload_str input_name; // NUL-terminated; null before the first
    const acload_str *columns;
    size_t n_columns;
    int format; // ACLOAD_CSV, ACLOAD_JSON
    struct ac_paths paths;
    struct ac_bound *bound[AC_HOST_MAX_OBJECTS];
    size_t n_bound;
    struct acload_record nothing; // what record() gives when it cannot
    // rows
    struct ac_slot *all;
    struct ac_slots spare, held, released;
    size_t n_held, held_bytes;
    struct ac_buf rendered; // a value's text in the making
};

static inline struct ac_instance *ac_instance_of(const acload_ctx *ctx) {
    return (struct ac_instance *)(void *)(uintptr_t)ctx;
}
static inline struct ac_slot *ac_slot_of(const struct acload_row *row) {
    return (struct ac_slot *)(void *)(uintptr_t)row;
}

extern const acload_host ac_host_table;

// Sets a field of a record, emitted or not, to a copy of the text, which is not empty. AC_ROW: it
// does not fit the field, or there is no room (has_no_memory tells).
enum ac_rc ac_record_put(struct acload_record *r, int field, ac_str text, struct ac_err *why);

// The plugin broke its contract: the reason, whatever it was, becomes this.
void ac_host_misuse(struct ac_instance *in, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// There was no memory: that is no fault of the row or the input, so the run stops.
void ac_host_nomem(struct ac_instance *in);
// Notes the plugin's own words; the first ones stand.
void ac_host_reason(struct ac_instance *in, const char *code, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
void ac_host_say(struct ac_instance *in, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// One line of clean text: no control characters, valid UTF-8, nothing blank at its end.
void ac_host_clean(char *text);

// bound: objects with their fields, in begin().
int ac_bound_object(struct ac_instance *in, const char *name, const char *key, int operation);
int ac_bound_field(struct ac_instance *in, int object, const char *name, acload_traits *traits);

// fill: plain cells, many at a time.
size_t ac_host_fill(acload_record *r, const acload_row *row, const acload_pair *pairs, size_t n,
                    size_t from);

// value: places in JSON.
int ac_path_add(struct ac_instance *in, const char *pointer); // its number; -1: no pointer
ac_str ac_path_get(const struct acload_row *row, int path);
int ac_path_kind(const struct acload_row *row, int path);
void *ac_value_hold(void *value); // another reference
void ac_value_release(void *value);
size_t ac_value_bytes(const void *value);

// slot: memory of rows.
void *ac_slot_alloc(struct ac_slot *slot, size_t len); // NULL at its ceiling
bool ac_slot_hold(struct ac_slot *slot);               // copies the row; false at the ceiling
void ac_slot_release(struct ac_slot *slot);            // a row held
void ac_slots_free(struct ac_instance *home);

#endif
