// SPDX-License-Identifier: MIT
// Rejects gathered in memory, written many at a time.
//
// Each is kept as a head of fixed size, its texts with their NULs, its raw row. They leave memory
// when the transaction that holds them is committed. A group with more of them than memory should
// hold lets the written ones go earlier (they have spilled); should it be rolled back then, they
// are lost, and the handle settles nothing more.
#include "ledger/ledger_int.h"
#include "ledger/reject.h"

#define N_TEXTS 5

struct head {
    int64_t input, batch, at_ms;
    uint64_t line, byte, number;
    size_t text_len[N_TEXTS], raw_len; // NULs not counted
};

static enum ac_rc write_one(struct ac_query *q, const char *at, size_t *len, struct ac_err *err) {
    struct head h;
    memcpy(&h, at, sizeof h);
    const char *next = at + sizeof h;
    ac_query_int(q, h.input);
    ac_query_int(q, h.at_ms);
    ac_query_u64(q, h.line);
    ac_query_u64(q, h.byte);
    ac_query_u64(q, h.number);
    for (size_t i = 0; i < N_TEXTS; i++) {
        ac_query_text_n(q, ac_str_n(next, h.text_len[i]));
        next += h.text_len[i] + 1;
    }
    ac_query_blob(q, ac_str_n(next, h.raw_len));
    ac_query_int(q, h.batch);
    *len = (size_t)(next + h.raw_len - at);
    return ac_query_run(q, err);
}

static enum ac_rc write_all(struct ac_ledger *l, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_REJECT_ADD, "keeping rejected rows");
    enum ac_rc rc = AC_OK;
    for (size_t len = 0; l->written_bytes < l->pending.len && rc == AC_OK;) {
        rc = write_one(&q, l->pending.ptr + l->written_bytes, &len, err);
        if (rc == AC_OK)
            l->written_bytes += len;
    }
    return rc;
}

enum ac_rc ac_ledger_pending_write(struct ac_ledger *l, struct ac_err *err) {
    // Within a transaction this nests, in whatever kind it is.
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, write_all(l, err), err) : rc;
}

static void let_go(struct ac_ledger *l) {
    ac_buf_take_front(&l->pending, l->written_bytes);
    l->written_bytes = 0;
    // One huge row must not be paid for until the end.
    if (!l->pending.len && l->pending.cap > 2 * AC_LEDGER_PENDING_BYTES)
        ac_buf_free(&l->pending);
}

void ac_ledger_pending_commit(struct ac_ledger *l) {
    if (l->written_bytes)
        let_go(l);
    l->has_spilled = false;
}

void ac_ledger_pending_rollback(struct ac_ledger *l) {
    l->written_bytes = 0;
    if (l->has_spilled)
        l->has_lost = true;
    l->has_spilled = false;
}

static bool append(struct ac_buf *b, const struct head *h, const char *const *texts, ac_str raw) {
    bool good = ac_buf_add(b, h, sizeof *h);
    for (size_t i = 0; i < N_TEXTS; i++)
        good = good && ac_buf_add(b, texts[i], h->text_len[i] + 1);
    return good && ac_buf_add_str(b, raw);
}

enum ac_rc ac_reject_add(struct ac_ledger *l, const struct ac_reject *reject, struct ac_err *err) {
    const char *texts[N_TEXTS] = {reject->object, reject->key, reject->code, reject->message,
                                  reject->fields};
    struct head h = {.input = reject->input,
                     .batch = reject->batch,
                     .at_ms = ac_ledger_now_ms(l),
                     .line = reject->line,
                     .byte = reject->byte,
                     .number = reject->number,
                     .raw_len = reject->raw.len};
    size_t len = sizeof h + h.raw_len;
    for (size_t i = 0; i < N_TEXTS; i++) {
        if (!texts[i])
            texts[i] = "";
        h.text_len[i] = strlen(texts[i]);
        len += h.text_len[i] + 1;
    }
    if (l->pending.len && l->pending.len + len > AC_LEDGER_PENDING_BYTES) {
        enum ac_rc rc = ac_ledger_has_pending(l) ? ac_ledger_pending_write(l, err) : AC_OK;
        if (rc != AC_OK)
            return rc;
        if (l->written_bytes) { // still here: a group is under way
            l->has_spilled = true;
            let_go(l);
        }
    }
    // Its room first, so that it is added whole or not at all.
    if (!ac_buf_need(&l->pending, len) || !append(&l->pending, &h, texts, reject->raw))
        return ac_err_nomem(err, "a rejected row");
    return AC_OK;
}

static enum ac_rc beat(struct ac_ledger *l, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_PULSE, "keeping rejected rows");
    return ac_query_run(&q, err);
}

// A commit waits for the disk only when it has something to write: the pulse.
enum ac_rc ac_ledger_flush(struct ac_ledger *l, struct ac_err *err) {
    if (!ac_ledger_has_pending(l) && !l->lags)
        return AC_OK;
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, beat(l, err), err) : rc;
}
