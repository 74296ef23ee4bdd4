// SPDX-License-Identifier: MIT
// An input that this run is importing already, by this name or another.
//
// Both are one input of the ledger. Were it read twice at a time, its ranges would be those of two
// readings, which no counts add up to when a run dies. So the second is left alone, and ends when
// the first does and as that does: whoever waits for it waits for those rows.
#include "base/log.h"
#include "engine/engine_int.h"
#include <stdlib.h>

struct twin { // a file that ends with an input of another
    struct twin *next;
    struct intake_file *file;
};

static struct intake *intake_under_way(struct ac_engine *e, int64_t id) {
    for (size_t i = e->n_intakes; i > 0; i--) {
        struct intake *in = e->intakes[i - 1];
        if (in && in->id == id && !in->is_left)
            return in;
    }
    return NULL;
}

enum ac_rc ac_engine_twin(struct ac_engine *e, const char *name, const char *member,
                          struct intake_file *file, bool *is_twin, struct ac_err *err) {
    int64_t id = 0;
    *is_twin = false;
    if (!e->ledger || file->retry)
        return AC_OK;
    enum ac_rc rc =
        ac_ledger_input_under_way(e->ledger, e->run, e->org_name, file->hex, member, &id, err);
    struct intake *first = rc == AC_OK ? intake_under_way(e, id) : NULL;
    if (!first)
        return rc < AC_OK ? rc : AC_OK;
    struct twin *twin = malloc(sizeof *twin);
    if (!twin)
        return ac_err_nomem(err, "an input");
    *twin = (struct twin){first->twins, file};
    first->twins = twin;
    file->n_open++;
    *is_twin = true;
    ac_log(AC_LOG_INFO, "left alone: this run is importing the same already", "input", name, "as",
           first->name, NULL);
    return AC_OK;
}

enum ac_rc ac_engine_twins_end(struct ac_engine *e, struct intake *in, bool is_good,
                               struct ac_err *err) {
    enum ac_rc worst = AC_OK;
    while (in->twins) {
        struct twin *twin = in->twins;
        struct ac_err twin_err = AC_ERR_INIT;
        in->twins = twin->next;
        twin->file->has_failed |= !is_good;
        twin->file->n_open--;
        enum ac_rc rc = ac_engine_file_end(e, twin->file, &twin_err);
        free(twin);
        if (rc != AC_OK && worst == AC_OK) {
            *err = twin_err;
            worst = rc;
        }
    }
    return worst;
}

void ac_engine_twins_free(struct intake *in) {
    while (in->twins) {
        struct twin *twin = in->twins;
        in->twins = twin->next;
        ac_engine_file_free(twin->file);
        free(twin);
    }
}
