// SPDX-License-Identifier: MIT
// An input's columns bound to the fields of its object.
#ifndef INTERVAL_BIND_H
#define INTERVAL_BIND_H
#include "moment.h"
#include "recordid.h"
#include <acload/plugin.h>
#include <stdbool.h>

enum { KIND_AUTO, KIND_QUEUE, KIND_AGENT };
enum { FORM_COMPATIBLE, FORM_UTC, FORM_TEMPLATE };
enum { LONG_REJECT, LONG_SHORTEN };
enum { CREATED_MODIFIED, CREATED_EVENT };

struct metric { // what the field of a column takes
    int type, scale;
};

struct label { // the column's name, for messages
    char text[44];
    bool is_rounded;
};

struct last_moment { // read from this text
    char text[40];
    size_t len; // 0: none yet
    struct moment moment;
};

struct spots { // columns that say whose row it is, -1: none
    int queue, agent, start, end;
};

struct known {  // of records that the org has already (known.h)
    bool is_on; // they are what is being read
    bool has_region, is_region_told;
    bool is_blind; // what our ids would be cannot be told
    bool has_offset;
    int32_t offset_min; // of the input about to be read
    int id, name, start, own_start;
};

struct state {
    // options
    int kind_option, id_form, long_id, created_from, region_in_id;
    const char *id_template, *queue_object, *agent_object;
    int64_t interval_ms;
    // of the input
    int kind, object;
    int name_column, start_column, end_column;
    int key_field, name_field;
    int created_field, region_field; // -1: not written
    uint32_t key_length;
    char created[MOMENT_TEXT];
    char region_text[64];
    acload_str region;      // "" for none
    acload_pair *pairs;     // columns that have fields
    struct metric *metrics; // of the pairs
    struct label *labels;   // likewise
    size_t n_metrics, max_metrics;
    uint64_t n_rounded;
    struct last_moment last_start, last_end;
    struct id_form form;
    struct id_buf id;
    struct known known;
};

struct list { // names for one message
    char text[600];
    size_t len;
    int n;
    bool is_cut;
};

void list_add(struct list *l, acload_str name);
const char *bind_template(const struct state *s); // of the id
// The object with its key; s->kind is set.
int bind_fields(acload_ctx *ctx);
struct spots bind_spots(const acload_str *columns, size_t n);
// Binds everything, tells what is left out; the reason of a FAIL is set.
int bind_input(acload_ctx *ctx, const acload_input *in);

#endif
