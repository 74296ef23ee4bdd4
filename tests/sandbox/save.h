// SPDX-License-Identifier: MIT
// Writing records as the org does: chunk by chunk, with all its rules.
//
// Single rows, collections or Bulk jobs all come here. A chunk is one transaction of the org; the
// caller holds the store's lock, begins, commits, or rolls back.
#ifndef SB_SAVE_H
#define SB_SAVE_H

#include "chance.h"
#include "ids.h"
#include "store.h"

#define SB_CHUNK_ROWS 200

enum sb_op { SB_INSERT, SB_UPDATE, SB_UPSERT, SB_DELETE, SB_HARD_DELETE };

struct sb_parent { // a reference given by the parent's external id
    const struct sb_field *reference;
    const struct sb_object *target;
    const struct sb_field *key;
    struct sb_cell value;
};

struct sb_input {
    const struct sb_object *object;
    struct sb_cell *cells; // one a field; cells[0] is the Id
    struct sb_parent *parents;
    size_t n_parents;
    struct sb_fail fail; // with a code: refused before it came here
};

struct sb_result {
    struct sb_fail fail;
    char id[SB_ID_SIZE]; // "" when there is none
    bool created;
};

struct sb_tally; // of counters.h

struct sb_save {
    struct sb_store *store; // NULL: everything is checked that needs no other row, nothing kept
    const struct sb_schema *schema;
    struct sb_arena *arena; // messages
    struct sb_tally *tally;
    const char *user_id;
    enum sb_op op;
    const struct sb_field *key; // of an upsert; kind ID for Id
    bool update_only;
    bool ordered;      // a lone row: no duplicates are looked for
    double lock_share; // of rows fail as locked says
    struct sb_fail locked;
    const char *lock_like; // a glob for some text of theirs; NULL: any row
    struct sb_chance *chance;
};

// At most SB_CHUNK_ROWS rows; results[i] belongs to rows[i]. Cells of the rows are filled in.
void sb_save_chunk(struct sb_save *s, struct sb_input *rows, size_t n, struct sb_result *results);
// Counts what became of the rows, once it is certain.
void sb_save_count(struct sb_save *s, const struct sb_input *rows, size_t n,
                   const struct sb_result *results);
// Fills in the cells of a new record that nobody gave: defaults, auto numbers, owner, dates.
bool sb_save_defaults(struct sb_save *s, struct sb_input *row);
// The full name of a person from its parts.
bool sb_save_full_name(struct sb_save *s, const struct sb_object *o, struct sb_cell *cells);

#endif
