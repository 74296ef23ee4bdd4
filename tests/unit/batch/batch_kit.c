// SPDX-License-Identifier: MIT
// A folder, columns, cells: made for one test, removed behind it.
#include "batch/batch_kit.h"
#include <check.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

void batch_kit_setup(struct batch_kit *k, size_t n_columns, int operation) {
    *k = (struct batch_kit){.err = AC_ERR_INIT};
    const char *tmp = getenv("TMPDIR");
    snprintf(k->dir, sizeof k->dir, "%s/batch.XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(k->dir));
    for (size_t i = 0; i < n_columns; i++) {
        snprintf(k->names[i], sizeof k->names[i], i ? "C%zu__c" : "Key__c", i);
        k->fields[i] = (struct ac_field){.name = ac_str_of(k->names[i]), .type = AC_FIELD_STRING};
        k->list[i] = &k->fields[i];
    }
    k->columns = (struct ac_columns){.object = AC_STR("Thing__c"),
                                     .operation = operation,
                                     .key = operation != ACLOAD_INSERT ? 0 : -1,
                                     .n = n_columns,
                                     .fields = k->list};
}

void batch_kit_open(struct batch_kit *k, int64_t id) {
    ck_assert_int_eq(ac_batch_open(&k->batch, k->dir, id, &k->columns, &k->err), AC_OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where) {
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void batch_kit_teardown(struct batch_kit *k) {
    ac_batch_remove(k->batch);
    k->batch = NULL;
    nftw(k->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct ac_batch_row batch_kit_row(uint64_t i, const char *raw) {
    return (struct ac_batch_row){.origin = {.input = (uint32_t)(i % 7),
                                            .line = i + 2,
                                            .byte = 100 + i * 10,
                                            .number = i + 1},
                                 .raw = ac_str_of(raw),
                                 .key_hash = i * 1000003,
                                 .version_ms = 5000 + (int64_t)i,
                                 .n_row_records = 1};
}

uint32_t batch_kit_add_slices(struct batch_kit *k, const ac_str *cells) {
    char raw[32];
    snprintf(raw, sizeof raw, "row %llu", (unsigned long long)k->n_added);
    struct ac_batch_row row = batch_kit_row(k->n_added++, raw);
    uint32_t ordinal = UINT32_MAX;
    ck_assert_int_eq(ac_batch_add(k->batch, cells, &row, &ordinal, &k->err), AC_OK);
    return ordinal;
}

uint32_t batch_kit_add(struct batch_kit *k, const char *const *cells) {
    ac_str slices[BATCH_KIT_COLUMNS];
    for (size_t i = 0; i < k->columns.n; i++)
        slices[i] = cells[i] && strcmp(cells[i], "<absent>") == 0 ? AC_ABSENT : ac_str_of(cells[i]);
    return batch_kit_add_slices(k, slices);
}

void batch_kit_add_many(struct batch_kit *k, uint32_t n) {
    ck_assert_uint_eq(k->columns.n, 2);
    for (uint32_t i = 0; i < n; i++) {
        char key[32], value[32];
        snprintf(key, sizeof key, "key%u", i);
        snprintf(value, sizeof value, "value %u", i);
        batch_kit_add_slices(k, (const ac_str[]){ac_str_of(key), ac_str_of(value)});
    }
}

char *batch_kit_file(const struct batch_kit *k, const char *name, size_t *len) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", k->dir, name);
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "no %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    *len = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, *len, file), *len);
    text[*len] = '\0';
    fclose(file);
    return text;
}

void batch_kit_fill_disk(size_t max_bytes) {
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = max_bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void batch_kit_empty_disk(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_DFL);
}
