// SPDX-License-Identifier: MIT
// Counts added up, with the check that nothing is missing.
#include "engine/stats.h"

enum ac_rc ac_stats_check(const struct ac_counts *c, const char *input, struct ac_err *err) {
    typedef unsigned long long ull;
    if (c->read != c->sent + c->dropped + c->rejected + c->held)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "COUNTS",
                          "%s: %llu rows were read, but %llu sent + %llu dropped + %llu rejected + "
                          "%llu held; please report this with the input",
                          input, (ull)c->read, (ull)c->sent, (ull)c->dropped, (ull)c->rejected,
                          (ull)c->held);
    if (c->made != c->written + c->refused + c->superseded)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "COUNTS",
                          "%s: %llu records were made, but %llu written + %llu refused + %llu "
                          "superseded; please report this with the input",
                          input, (ull)c->made, (ull)c->written, (ull)c->refused,
                          (ull)c->superseded);
    return AC_OK;
}

void ac_stats_add(struct ac_counts *to, const struct ac_counts *from) {
    to->read += from->read;
    to->sent += from->sent;
    to->dropped += from->dropped;
    to->rejected += from->rejected;
    to->held += from->held;
    to->made += from->made;
    to->written += from->written;
    to->created += from->created;
    to->updated += from->updated;
    to->refused += from->refused;
    to->superseded += from->superseded;
    to->bytes += from->bytes;
}
