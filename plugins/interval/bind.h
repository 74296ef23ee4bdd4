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

struct metric { // a column that has a field
    int column, field;
    int type, scale;
};

struct label { // the column's name, for messages
    char text[44];
    bool is_rounded;
};

struct spots { // columns that say whose row it is, -1: none
    int queue, agent, start, end;
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
    acload_str region; // "" for none
    struct metric *metrics;
    struct label *labels; // of the metrics
    size_t n_metrics, max_metrics;
    uint64_t n_rounded;
    struct id_form form;
    struct id_buf id;
};

struct list { // names for one message
    char text[600];
    size_t len;
    int n;
    bool is_cut;
};

void list_add(struct list *l, acload_str name);
struct spots bind_spots(const acload_str *columns, size_t n);
// Binds everything, tells what is left out; the reason of a FAIL is set.
int bind_input(acload_ctx *ctx, const acload_input *in);

#endif
