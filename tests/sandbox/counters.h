// SPDX-License-Identifier: MIT
// What was asked of the org so far, counted.
#ifndef SB_COUNTERS_H
#define SB_COUNTERS_H

#include "jsonw.h"
#include "schema.h"

enum sb_what { SB_CREATED, SB_UPDATED, SB_DELETED, SB_FAILED, SB_N_WHAT };

struct sb_tally;

struct sb_tally *sb_counters_new(const struct sb_schema *s, size_t n_routes);
void sb_counters_free(struct sb_tally *t);
void sb_counters_row(struct sb_tally *t, const struct sb_object *o, enum sb_what what);
// Rows that were only counted.
void sb_counters_rows(struct sb_tally *t, const struct sb_object *o, enum sb_what what, uint64_t n);
// A request that was answered: its route's number, its size both ways.
void sb_counters_call(struct sb_tally *t, size_t route, int status, uint64_t received_bytes);
// Counts an API call; its number since the start or the last reset.
uint64_t sb_counters_api(struct sb_tally *t);
uint64_t sb_counters_api_used(struct sb_tally *t);
// Batches of Bulk jobs (10,000 rows each) begun.
void sb_counters_batches(struct sb_tally *t, uint64_t n);
uint64_t sb_counters_batches_used(struct sb_tally *t);
// Bytes of CSV taken by Bulk uploads.
void sb_counters_upload(struct sb_tally *t, uint64_t bytes);
void sb_counters_reset(struct sb_tally *t);
// The members of GET /sandbox/counters; name(i) names a route.
void sb_counters_print(struct sb_tally *t, struct sb_json *j, const char *(*name)(size_t i));
// The org's clock, which never stands still or goes back.
int64_t sb_counters_now(struct sb_tally *t);

#endif
