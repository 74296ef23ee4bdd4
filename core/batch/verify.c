// SPDX-License-Identifier: MIT
// A sealed batch looked at from end to end, without the org.
#include "batch/batch.h"
#include <stdlib.h>

static enum ac_rc read_all(struct ac_batch *b, struct ac_err *err) {
    struct ac_cursor *cursor = NULL;
    struct ac_batch_record record;
    enum ac_rc rc = ac_cursor_open(&cursor, b, err);
    for (uint32_t i = 0; i < ac_batch_n(b) && rc == AC_OK; i++)
        rc = ac_cursor_read(cursor, i, &record, err);
    ac_cursor_close(cursor);
    return rc;
}

enum ac_rc ac_batch_verify(const char *dir, int64_t id, struct ac_arena *arena,
                           struct ac_err *err) {
    struct ac_batch_shape shape;
    struct ac_batch *b = NULL;
    enum ac_rc rc = ac_batch_shape(dir, id, arena, &shape, err);
    if (rc != AC_OK)
        return rc;
    // Names are all that its files know of the fields.
    struct ac_field *fields = ac_arena_zalloc(arena, (shape.n_columns + 1) * sizeof *fields);
    const struct ac_field **pointers =
        ac_arena_alloc(arena, (shape.n_columns + 1) * sizeof(struct ac_field *));
    if (!fields || !pointers)
        return ac_err_nomem(err, "the columns of a batch");
    for (size_t i = 0; i < shape.n_columns; i++) {
        fields[i].name = shape.names[i];
        pointers[i] = &fields[i];
    }
    struct ac_columns columns = {.object = shape.object,
                                 .operation = shape.operation,
                                 .key = shape.key,
                                 .n = shape.n_columns,
                                 .fields = pointers};
    rc = ac_batch_reopen(&b, dir, id, &columns, err);
    if (rc != AC_OK)
        return rc;
    rc = read_all(b, err);
    ac_batch_free(b);
    return rc;
}
