// SPDX-License-Identifier: MIT
// Rows through the plugins of a job, in order.
#ifndef AC_PLUGIN_CHAIN_H
#define AC_PLUGIN_CHAIN_H
#include "plugin/map.h"

// What became of a row (or of a held row, at a flush). made, dropped or rejected is called once for
// every row, after held for one that a plugin kept in between (TAKE); such a row has an owner.
struct ac_chain_sink {
    void *arg;
    // Made these records (list by next; at least one).
    enum ac_rc (*made)(void *arg, const struct acload_row *row, struct acload_record *records,
                       struct ac_err *err);
    enum ac_rc (*dropped)(void *arg, const struct acload_row *row, const char *why,
                          struct ac_err *err);
    enum ac_rc (*rejected)(void *arg, const struct acload_row *row, const struct ac_err *why,
                           struct ac_err *err);
    enum ac_rc (*held)(void *arg, const struct acload_row *row, struct ac_err *err);
};

struct ac_chain {
    struct ac_instance **plugins; // borrowed, in job order
    size_t n;
    struct ac_map map; // rules: the job's, borrowed; n 0: none
    struct ac_chain_sink sink;
};

enum ac_rc ac_chain_begin(struct ac_chain *chain, const acload_input *input, struct ac_err *err);
// A row passes on until a plugin drops, takes or rejects it. After the last plugin: records of all
// plugins together, with the fields that the map fills, are made; none at all is a drop ("no plugin
// made a record of it"). A reject or drop by a later plugin discards the records of earlier ones.
// STOP is AC_RUN of cause STOP: the row, with those still held, is left to the next run.
enum ac_rc ac_chain_row(struct ac_chain *chain, struct acload_row *row, struct ac_err *err);
// Flushes every plugin in order. After END_OF_INPUT a row still held is rejected (code HELD),
// naming the plugin. A plugin that fails does not keep the others from their flush.
enum ac_rc ac_chain_flush(struct ac_chain *chain, int when, struct ac_err *err);

#endif
