// SPDX-License-Identifier: MIT
// One import as the ledger sees it, to be broken off anywhere.
#ifndef TESTS_LEDGER_STORY_H
#define TESTS_LEDGER_STORY_H
#include "ledger/state.h"

enum ledger_step {
    LEDGER_STEP_BEGUN,    // run, input, header, file
    LEDGER_STEP_BATCH,    // its number is promised
    LEDGER_STEP_REJECTED, // not promised yet
    LEDGER_STEP_SEALED,   // ranges promised
    LEDGER_STEP_JOB,      // its id promised
    LEDGER_STEP_VERSIONS, //
    LEDGER_STEP_SETTLED,  // batch, input, reject: one group
    LEDGER_STEP_DONE,     // the file; describe
    LEDGER_STEP_ENDED,    // the run: all of it promised
    LEDGER_N_STEPS
};
struct ledger_story {
    int64_t run, input, batch;
    int n_done; // steps that said AC_OK
};
#define LEDGER_STORY_KEYS 5000u

// Tells the story up to n_steps, or to the first failure.
enum ac_rc ledger_story_tell(struct ledger_story *s, struct ac_ledger *l, int n_steps,
                             struct ac_err *err);
// Fails the test unless a ledger opened afterwards has what was promised, whole groups or none.
void ledger_story_check(const struct ledger_story *s, struct ac_ledger *l);

#endif
