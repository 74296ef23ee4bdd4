// SPDX-License-Identifier: MIT
// Rejected rows: each as it came, why it was refused, from where.
#ifndef AC_LEDGER_REJECT_H
#define AC_LEDGER_REJECT_H
#include "ledger/ledger.h"

struct ac_reject {
    int64_t id;    // filled by the ledger
    int64_t input; // ledger id of the input
    int64_t batch; // whose record it was, 0: it never was in one
    int64_t at_ms; // filled by the ledger
    uint64_t line, byte, number;
    const char *name, *member;       // of the input; filled when read, as are these:
    const struct ac_input_row *from; // the input itself
    int64_t retry;                   // the retry that has it, 0: none
    bool is_sent; // by that retry, as far as anybody knows: what became of it is not settled yet
    const char *object, *key;            // "" when it never became a record
    const char *code, *message, *fields; // fields: "A__c, B__c" or ""
    ac_str raw;                          // the row as it came
    ac_str header;                       // the input's header line; filled when read
};

// Adds one reject. Many are written in one transaction: they are durable when the input or batch
// they belong to is settled (or at ac_ledger_flush).
enum ac_rc ac_reject_add(struct ac_ledger *l, const struct ac_reject *reject, struct ac_err *err);
enum ac_rc ac_ledger_flush(struct ac_ledger *l, struct ac_err *err);

struct ac_reject_filter {
    const char *input;  // substring of the input's name, NULL: any
    const char *object; // without regard to case, NULL: any
    const char *code;   // likewise
    int64_t since_ms;   // 0: any
    int64_t until_ms;   // before that, 0: any
    int64_t id;         // 0: any
    int64_t input_id;   // of that input, 0: any
    int64_t retry;      // those a retry has, 0: any
    uint64_t number;    // rows from that number on
    size_t max;         // 0: 1000
};
// Newest input first, rows in line order.
enum ac_rc ac_reject_list(struct ac_ledger *l, const struct ac_reject_filter *filter,
                          bool (*each)(void *arg, const struct ac_reject *reject), void *arg,
                          struct ac_err *err);
// How many there are by (code, object), most frequent first.
enum ac_rc ac_reject_summary(struct ac_ledger *l, const struct ac_reject_filter *filter,
                             bool (*each)(void *arg, const char *code, const char *object,
                                          const char *message, uint64_t n),
                             void *arg, struct ac_err *err);
// Whoever tries rejected rows again, or drops some, holds the lock of this name meanwhile.
#define AC_REJECT_LOCK "rejected rows"
// Removes those of that number, in one commit, but for what a retry has sent (is_sent): its end
// must find them, or they would be counted twice. Adds to *n_dropped how many there were.
enum ac_rc ac_reject_drop(struct ac_ledger *l, const int64_t *ids, size_t n, uint64_t *n_dropped,
                          struct ac_err *err);
// Removes rejects older than that (90 days by default), but for what a retry has sent; returns how
// many.
enum ac_rc ac_reject_expire(struct ac_ledger *l, int64_t before_ms, uint64_t *n,
                            struct ac_err *err);

// --- rows tried again
// A retry is an input of its own while it lasts (in->retry_of says whose rows they are), seen in no
// list. With its end (ac_ledger_input_end) one commit takes what became of its first counts->read
// rows to the counts of the input they came from, removes their old rejects, puts new ones in
// their place, and forgets the retry. When that input was begun again meanwhile, they are nobody's
// rows any more: nothing is taken anywhere.
struct ac_retry_row {
    uint64_t line, number;
};
// Begins one (or again), with in->id filled; its rows are marked. All rejects of a row belong to
// it.
enum ac_rc ac_retry_begin(struct ac_ledger *l, struct ac_input_row *in,
                          const struct ac_retry_row *rows, size_t n, struct ac_err *err);
// Retries that have not ended, oldest first: under way, or of a run that died.
enum ac_rc ac_retry_list(struct ac_ledger *l,
                         bool (*each)(void *arg, const struct ac_input_row *retry), void *arg,
                         struct ac_err *err);
// Forgets one of which nothing was sent: its rows are rejects like others.
enum ac_rc ac_retry_cancel(struct ac_ledger *l, int64_t retry, struct ac_err *err);

#endif
