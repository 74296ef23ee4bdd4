// SPDX-License-Identifier: MIT
// A state directory with a ledger on a fake clock, for the tests of the ledger.
#ifndef TESTS_LEDGER_STATE_H
#define TESTS_LEDGER_STATE_H
#include "ledger/ledger_int.h"
#include "ledger/reject.h"
#include <check.h>

#define LEDGER_NOW_MS 1930000000000 // where the fake clock starts
#define LEDGER_ORG "acme.my.salesforce.com"
#define LEDGER_OBJECT "AC_QueueInterval__c"

struct ledger_state {
    char root[512]; // removed with all it holds
    char dir[600];  // root/state, made by the ledger
    struct ac_clock_fake fake;
    struct ac_ledger *l;
    struct ac_err err;
};
extern struct ledger_state ledger_state;

// Fixtures of check: an empty root; the same with a ledger opened for writing.
void ledger_setup_root(void);
void ledger_setup(void);
void ledger_teardown(void); // of both

// Fails the test with the error's text unless rc is AC_OK.
void ledger_ok(enum ac_rc rc);
// Fails unless rc is AC_RUN with that code; forgets the error.
void ledger_bad(enum ac_rc rc, const char *code);
// As `ac_ledger_open` in the state directory, on the fake clock.
enum ac_rc ledger_open(struct ac_ledger **out, bool read_only);
void ledger_close(void);
void ledger_reopen(void); // closed and opened for writing
// root/name; overwritten by the next call but three.
const char *ledger_path(const char *name);

// Inputs and batches that need no more than a name.
int64_t ledger_input(struct ac_ledger *l, int64_t run, const char *name);
int64_t ledger_batch(struct ac_ledger *l, int64_t run);
void ledger_reject(struct ac_ledger *l, int64_t input, uint64_t line, const char *code, ac_str raw);
// How many rejects there are in all.
uint64_t ledger_n_rejects(struct ac_ledger *l);
// One number from a statement.
int64_t ledger_ask(struct ac_ledger *l, const char *sql);
// The same from a database file that no ledger has open.
int64_t ledger_ask_file(const char *path, const char *sql);

// The machine's clock, but waiting only lets others run: for tests with two processes.
const struct ac_clock *ledger_live_clock(void);
// Runs fn(arg) in a process of its own, which ends with its result.
pid_t ledger_child(int (*fn)(void *arg), void *arg);
// Its exit code, or minus the signal that ended it.
int ledger_wait(pid_t pid);
int ledger_kill(pid_t pid);
// One byte from one process to another.
struct ledger_gate {
    int fds[2];
};
void ledger_gate_open(struct ledger_gate *gate);
void ledger_gate_let(struct ledger_gate *gate);
void ledger_gate_wait(struct ledger_gate *gate);
void ledger_gate_close(struct ledger_gate *gate);

// A number that looks like chance, the same every time.
uint64_t ledger_mix(uint64_t n);
// Runs the suite; the exit code.
int ledger_main(Suite *suite);

#endif
