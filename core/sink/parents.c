// SPDX-License-Identifier: MIT
// Records that were locked, brought into the order of their parents.
#include "sink/sink_int.h"
#include <stdlib.h>

// Writing a record locks its parent. Records of one parent that stand together lock it once, in one
// chunk of the org's; scattered, they wait for each other.

struct child {
    uint64_t parent;
    uint32_t ordinal;
};

int ac_parents_column(const struct ac_columns *columns) {
    for (size_t i = 0; i < columns->n; i++)
        if (columns->fields[i]->type == AC_FIELD_ID && (int)i != columns->key)
            return (int)i;
    return -1;
}

static int by_parent(const void *a, const void *b) {
    const struct child *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

// The same record has an id of 15 characters, and one of 18 that ends in a checksum.
static uint64_t hash_parent(ac_str id) {
    if (id.len == 18)
        id.len = 15;
    return id.len ? ac_str_hash(id, 1) : 0;
}

enum ac_rc ac_parents_sort(struct ac_shipment *s, uint32_t *ordinals, uint32_t n,
                           struct ac_err *err) {
    int column = ac_parents_column(ac_batch_columns(s->batch));
    if (column < 0 || n < 2)
        return AC_OK;
    struct child *children = malloc(n * sizeof *children);
    if (!children)
        return ac_err_nomem(err, "locked records");
    enum ac_rc rc = ac_sf_cursor(s, err);
    for (uint32_t i = 0; rc == AC_OK && i < n; i++) {
        struct ac_batch_record record;
        rc = ac_cursor_read(s->cursor, ordinals[i], &record, err);
        if (rc == AC_OK)
            children[i] = (struct child){hash_parent(record.cells[column]), ordinals[i]};
    }
    if (rc == AC_OK) {
        qsort(children, n, sizeof *children, by_parent);
        for (uint32_t i = 0; i < n; i++)
            ordinals[i] = children[i].ordinal;
    }
    free(children);
    return rc;
}
