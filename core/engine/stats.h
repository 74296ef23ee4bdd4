// SPDX-License-Identifier: MIT
// The counts of a run, checked: every row or record is accounted for.
#ifndef AC_ENGINE_STATS_H
#define AC_ENGINE_STATS_H
#include "ledger/ledger.h"

struct ac_stats {
    struct ac_counts counts; // over all inputs
    uint64_t n_inputs, n_settled, n_skipped, n_failed, n_waiting;
    uint64_t n_twins;     // of the skipped, those that the run was importing already
    uint64_t n_elsewhere; // that other runs are importing, or have sent in part
    uint64_t n_put_off;   // that need an object which takes nothing now
    uint64_t n_replaced;  // objects that newer ones took the place of, before they were read
    uint64_t n_empty;     // objects without content, of events that do not tell their size
    uint64_t n_put_back;  // rows among the dropped, of inputs that changed: read again next time
    uint64_t n_calls, n_logins;
    int64_t api_used, api_max;        // of the org, -1: not seen
    int64_t polling_ms;               // waited for bulk jobs, with nothing else to be done
    int64_t go_on_ms;                 // a limit was met: when to run again; 0: none was
    int64_t begun_ms, now_ms;         // monotonic
    uint64_t bytes_read, bytes_known; // of the files, for the bar; known 0: unknown
    const char *at;                   // the input being read, or what is waited for, or ""
    bool is_waiting;                  // all is read; outcomes are waited for
    uint64_t n_pending;               // records sent or waiting, no outcome yet
};

// Rows: read = sent + dropped + rejected + held. Records: made = written + refused + superseded.
// AC_RUN/INTERNAL naming the input and both sides when they do not add up.
enum ac_rc ac_stats_check(const struct ac_counts *counts, const char *input, struct ac_err *err);
void ac_stats_add(struct ac_counts *to, const struct ac_counts *from);

#endif
