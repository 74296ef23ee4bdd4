// SPDX-License-Identifier: MIT
// How the org's records got their keys, as a plugin sees it.
#ifndef AC_ENGINE_IDS_H
#define AC_ENGINE_IDS_H
#include "org/query.h"
#include "plugin/host.h"

// An upsert finds a record by its key. Where plugins form keys themselves, out of names, times, a
// region, the org may hold records whose keys were formed in another way: then none of them would
// be found, and all of history would be there twice. So the newest records of an object are handed
// to the plugin, if it bids on them (ACLOAD_RECORDS), to be judged one by one.
enum ac_ids_verdict {
    AC_IDS_UNKNOWN, // no records there, or none that the plugin understands
    AC_IDS_SAME,    // some have the key that would be written today
    AC_IDS_OTHER    // none has
};

struct ac_ids {
    // asked
    struct ac_org *org;
    const struct ac_schema *schema; // the object, as described
    const char *object, *ns;        // its name without namespace
    struct ac_instance *in;         // with its options; used for nothing else
    const char *region;             // NULL: not configured; "": none
    const ac_str *columns, *cells;  // the first row of the input about to be read
    size_t n_columns;               // 0: there is none
    // answered
    bool is_strange; // the plugin does not know this object
    bool is_asked;   // the org was
    enum ac_ids_verdict verdict;
    uint64_t n_records, n_same, n_other;
    char code[64], text[512]; // the plugin's words on them
};
// AC_AGAIN: the org did not answer. The plugin's own refusal is no error: then nothing is known.
enum ac_rc ac_ids_judge(struct ac_ids *ids, struct ac_err *err);

#endif
