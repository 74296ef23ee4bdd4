// SPDX-License-Identifier: MIT
// Where the records are kept: one SQLite table an object, one column a field.
//
// Rows are known by their number n, from which the id is made. All functions but open and close are
// called with the store locked. A row's cells have one place for each field of its object; the
// place of Id is not used.
#ifndef SB_STORE_H
#define SB_STORE_H

#include "cell.h"

#include <sqlite3.h>

struct sb_store;

// file NULL: in memory. NULL with the reason in why.
struct sb_store *sb_store_open(const struct sb_schema *s, const char *file, char *why,
                               size_t why_size);
void sb_store_close(struct sb_store *st);
void sb_store_lock(struct sb_store *st);
void sb_store_unlock(struct sb_store *st);
sqlite3 *sb_store_sql(struct sb_store *st);

// Transactions do not nest.
bool sb_store_begin(struct sb_store *st);
bool sb_store_commit(struct sb_store *st);
void sb_store_rollback(struct sb_store *st);

// The numbers of the living rows whose field holds that value, at most max of them; -1: failed.
int sb_store_find(struct sb_store *st, const struct sb_object *o, const struct sb_field *f,
                  const struct sb_cell *v, int64_t *n, int max);
enum sb_row { SB_ROW_NONE, SB_ROW_ALIVE, SB_ROW_DELETED };
enum sb_row sb_store_state(struct sb_store *st, const struct sb_object *o, int64_t n);
// cells: NULL values for those that are absent. False when SQLite failed.
bool sb_store_insert(struct sb_store *st, const struct sb_object *o, const struct sb_cell *cells,
                     int64_t *n);
// Changes the cells that are not absent.
bool sb_store_update(struct sb_store *st, const struct sb_object *o, int64_t n,
                     const struct sb_cell *cells);
bool sb_store_delete(struct sb_store *st, const struct sb_object *o, int64_t n, bool hard);
// All cells of a row, text copied into the arena. False when there is no such row.
bool sb_store_get(struct sb_store *st, const struct sb_object *o, int64_t n, struct sb_arena *a,
                  struct sb_cell *cells);
int64_t sb_store_count(struct sb_store *st, const struct sb_object *o);
// The number the next row will get.
int64_t sb_store_next(struct sb_store *st, const struct sb_object *o);
// Forgets every row of every object.
bool sb_store_clear(struct sb_store *st);

bool sb_store_bind(sqlite3_stmt *q, int at, const struct sb_cell *c);
// Reads a column; text is borrowed from the statement unless an arena is given.
bool sb_store_column(sqlite3_stmt *q, int at, struct sb_arena *a, struct sb_cell *out);

#endif
