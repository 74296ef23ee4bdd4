// SPDX-License-Identifier: MIT
// A folder, columns, cells: what tests of batches begin with.
#ifndef BATCH_KIT_H
#define BATCH_KIT_H
#include "batch/batch.h"

#define BATCH_KIT_COLUMNS 64

// A folder of its own, removed with what is in it, with columns "Key__c", "C1__c", "C2__c" ...
struct batch_kit {
    char dir[512];
    struct ac_field fields[BATCH_KIT_COLUMNS];
    const struct ac_field *list[BATCH_KIT_COLUMNS];
    char names[BATCH_KIT_COLUMNS][16];
    struct ac_columns columns;
    struct ac_batch *batch;
    struct ac_err err;
    uint64_t n_added;
};

void batch_kit_setup(struct batch_kit *k, size_t n_columns, int operation);
void batch_kit_open(struct batch_kit *k, int64_t id);
void batch_kit_teardown(struct batch_kit *k); // removes the batch too
// A record of one text per column: NULL is null, "<absent>" is AC_ABSENT. Returns its ordinal.
uint32_t batch_kit_add(struct batch_kit *k, const char *const *cells);
uint32_t batch_kit_add_slices(struct batch_kit *k, const ac_str *cells);
// "key<i>" and "value <i>" in two columns, n of them.
void batch_kit_add_many(struct batch_kit *k, uint32_t n);
// The row a record was added with: line, byte, number, version follow from i.
struct ac_batch_row batch_kit_row(uint64_t i, const char *raw);
// The whole file in malloced memory.
char *batch_kit_file(const struct batch_kit *k, const char *name, size_t *len);
// The ceiling of files this process may write, until lifted: what a full disk looks like.
void batch_kit_fill_disk(size_t max_bytes);
void batch_kit_empty_disk(void);

#endif
