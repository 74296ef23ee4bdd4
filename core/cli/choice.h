// SPDX-License-Identifier: MIT
// Which rejected rows somebody means, by flags or numbers.
#ifndef AC_CLI_CHOICE_H
#define AC_CLI_CHOICE_H
#include "cli/cli.h"
#include "ledger/reject.h"

struct ac_choice_flags { // as they stand in an option table
    const char *input, *object, *code, *since, *until, *contact;
};

struct ac_id_range {
    int64_t first, last;
    bool is_found; // one of them, by ac_choice_has
};

struct ac_choice {
    struct ac_reject_filter filter; // what the ledger finds by itself
    const char *contact;            // the rest is looked at here; NULL: any
    struct ac_id_range *ids;        // none: any
    size_t n_ids;
    bool has_flags; // it was chosen by more than numbers
    // to look into rows
    struct ac_arena arena;
    int64_t input; // whose delimiter is known
    char delimiter;
    struct ac_buf text;
    ac_str *cells;
    bool is_short; // of memory: nothing more is chosen
};

// From flags and words (numbers of rejects, or ranges of them: 17-42). 0, or an exit code, the
// mistake told.
int ac_choice_init(struct ac_choice *choice, struct ac_cli *cli,
                   const struct ac_choice_flags *flags, const char **words, size_t n_words);
void ac_choice_free(struct ac_choice *choice);
// Is it one of them, as far as the ledger could not tell? `choice` is void for use as a callback.
bool ac_choice_has(void *choice, const struct ac_reject *reject);
// Says that nothing is chosen, and of how many. AC_RUN when the ledger cannot be asked.
enum ac_rc ac_choice_tell_none(const struct ac_choice *choice, struct ac_ledger *ledger, FILE *out,
                               struct ac_err *err);
// Numbers that were named, of which ac_choice_has has met none: 2, told. Else 0.
int ac_choice_missing(const struct ac_choice *choice);
// Must it be asked at all?
static inline bool ac_choice_is_plain(const struct ac_choice *choice) {
    return !choice->contact && (!choice->n_ids || choice->filter.id);
}
// The cells of its row; 0 of them: it is none, or JSON. They live until the next call.
size_t ac_choice_cells(struct ac_choice *choice, const struct ac_reject *reject,
                       const ac_str **cells);
// Is only its beginning kept, because it was longer than a row may be? *whole: the bytes that it
// had ("4194309", "over 5000000"), a piece of its message; empty: nobody knows.
bool ac_choice_is_cut(const struct ac_reject *reject, ac_str *whole);

#endif
