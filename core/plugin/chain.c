// SPDX-License-Identifier: MIT
// Every row through the chain to exactly one end.
#include "plugin/chain.h"

enum ac_rc ac_chain_begin(struct ac_chain *chain, const acload_input *input, struct ac_err *err) {
    for (size_t i = 0; i < chain->n; i++) {
        enum ac_rc rc = ac_instance_begin(chain->plugins[i], input, err);
        if (rc != AC_OK)
            return rc;
    }
    return ac_map_bind(&chain->map, chain->plugins, chain->n, input, err);
}

static enum ac_rc made(struct ac_chain *chain, struct acload_row *row, struct ac_err *err) {
    const struct ac_chain_sink *sink = &chain->sink;
    struct acload_record *records = ac_instance_records(row);
    if (!records)
        return sink->dropped(sink->arg, row, "no plugin made a record of it", err);
    struct ac_err why = AC_ERR_INIT;
    enum ac_rc rc = chain->map.n ? ac_map_apply(&chain->map, row, records, &why) : AC_OK;
    if (rc == AC_ROW)
        return sink->rejected(sink->arg, row, &why, err);
    if (rc == AC_OK)
        return sink->made(sink->arg, row, records, err);
    *err = why;
    return rc;
}

static enum ac_rc stopped(const struct ac_instance *in, const struct acload_row *row,
                          struct ac_err *err) {
    const struct ac_err *why = ac_instance_why(in);
    ac_err_set(err, AC_RUN, AC_CAUSE_STOP, why->code, "plugin %s stopped the run: %s",
               ac_instance_module(in)->name, why->text);
    ac_err_at(err, NULL, row->origin.line, 0);
    return AC_RUN;
}

// What a verdict other than PASS comes to. A row taken stays where it is.
static enum ac_rc ended(struct ac_chain *chain, const struct ac_instance *in,
                        struct acload_row *row, int verdict, bool was_held, struct ac_err *err) {
    const struct ac_chain_sink *sink = &chain->sink;
    const struct ac_err *why = ac_instance_why(in);
    switch (verdict) {
    case ACLOAD_DROP:
        return sink->dropped(sink->arg, row, why->text, err);
    case ACLOAD_REJECT:
        return sink->rejected(sink->arg, row, why, err);
    case ACLOAD_TAKE:
        return was_held ? AC_OK : sink->held(sink->arg, row, err);
    default:
        return stopped(in, row, err);
    }
}

static enum ac_rc drain(struct ac_chain *chain, size_t at, struct ac_err *err);

// The row through the plugins from that one on. Rows that a plugin releases meanwhile go first:
// they came earlier. The depth is bound by the number of plugins.
static enum ac_rc run(struct ac_chain *chain, struct acload_row *row, size_t from,
                      struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    bool was_held = row->owner != NULL;
    for (size_t i = from; i < chain->n; i++) {
        int verdict = ac_instance_row(chain->plugins[i], row);
        if (verdict != ACLOAD_PASS)
            rc = ended(chain, chain->plugins[i], row, verdict, was_held, err);
        if (verdict != ACLOAD_TAKE && (verdict != ACLOAD_PASS || rc != AC_OK))
            ac_instance_row_end(row);
        if (rc == AC_OK)
            rc = drain(chain, i, err);
        if (verdict != ACLOAD_PASS)
            return rc;
        if (rc != AC_OK) {
            ac_instance_row_end(row);
            return rc;
        }
    }
    rc = made(chain, row, err);
    ac_instance_row_end(row);
    return rc;
}

static enum ac_rc drain(struct ac_chain *chain, size_t at, struct ac_err *err) {
    for (struct acload_row *row; (row = ac_instance_next_released(chain->plugins[at]));) {
        enum ac_rc rc = run(chain, row, at + 1, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_chain_row(struct ac_chain *chain, struct acload_row *row, struct ac_err *err) {
    struct acload_row *lent = ac_instance_lend(chain->plugins[0], row);
    if (!lent)
        return ac_err_nomem(err, "a row");
    return run(chain, lent, 0, err);
}

static enum ac_rc reject_held(struct ac_chain *chain, struct ac_instance *in, struct ac_err *err) {
    struct ac_err why = AC_ERR_INIT;
    ac_err_set(&why, AC_ROW, AC_CAUSE_ROW, "HELD",
               "plugin %s kept the row and did not release it by the end of the input",
               ac_instance_module(in)->name);
    for (struct acload_row *row; (row = ac_instance_next_held(in));) {
        enum ac_rc rc = chain->sink.rejected(chain->sink.arg, row, &why, err);
        ac_instance_row_end(row);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_chain_flush(struct ac_chain *chain, int when, struct ac_err *err) {
    enum ac_rc worst = AC_OK;
    for (size_t i = 0; i < chain->n; i++) {
        struct ac_instance *in = chain->plugins[i];
        enum ac_rc flush_rc = ac_instance_flush(in, when, err); // the first cause stands
        struct ac_err row_err = AC_ERR_INIT;
        enum ac_rc rc = drain(chain, i, &row_err);
        if (rc == AC_OK && when != ACLOAD_CHECKPOINT)
            rc = reject_held(chain, in, &row_err);
        if (rc != AC_OK && err->rc == AC_OK)
            *err = row_err;
        if (rc < worst)
            worst = rc;
        if (flush_rc < worst)
            worst = flush_rc;
        if (rc == AC_RUN)
            return worst;
    }
    return worst;
}
