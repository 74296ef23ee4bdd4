// SPDX-License-Identifier: MIT
// A state directory with a ledger on a fake clock.
#include "ledger/state.h"
#include "ledger/disk.h"
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct ledger_state ledger_state;

void ledger_setup_root(void) {
    const char *tmp = getenv("TMPDIR");
    ledger_state = (struct ledger_state){.err = AC_ERR_INIT};
    snprintf(ledger_state.root, sizeof ledger_state.root, "%s/ledger-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(ledger_state.root));
    snprintf(ledger_state.dir, sizeof ledger_state.dir, "%s/state", ledger_state.root);
    ac_clock_fake_init(&ledger_state.fake, LEDGER_NOW_MS, 1);
}

void ledger_setup(void) {
    ledger_setup_root();
    ledger_ok(ledger_open(&ledger_state.l, false));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void ledger_teardown(void) {
    ledger_close();
    nftw(ledger_state.root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void ledger_ok(enum ac_rc rc) {
    ck_assert_msg(rc == AC_OK, "%d: %s (%s)", rc, ledger_state.err.text, ledger_state.err.code);
}

void ledger_bad(enum ac_rc rc, const char *code) {
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_msg(strcmp(ledger_state.err.code, code) == 0, "%s, not %s: %s", ledger_state.err.code,
                  code, ledger_state.err.text);
    ac_err_clear(&ledger_state.err);
}

enum ac_rc ledger_open(struct ac_ledger **out, bool read_only) {
    return ac_ledger_open(out, ledger_state.dir, &ledger_state.fake.clock, read_only,
                          &ledger_state.err);
}

void ledger_close(void) {
    ac_ledger_close(ledger_state.l);
    ledger_state.l = NULL;
}

void ledger_reopen(void) {
    ledger_close();
    ledger_ok(ledger_open(&ledger_state.l, false));
}

const char *ledger_path(const char *name) {
    static char paths[4][800];
    static unsigned at;
    char *path = paths[at++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", ledger_state.root, name);
    return path;
}

int64_t ledger_input(struct ac_ledger *l, int64_t run, const char *name) {
    struct ac_input_row in = {.run = run,
                              .org = LEDGER_ORG,
                              .identity = name,
                              .member = "",
                              .name = name,
                              .plugin = "",
                              .job = "",
                              .error = ""};
    ledger_ok(ac_ledger_input_begin(l, &in, &ledger_state.err));
    return in.id;
}

int64_t ledger_batch(struct ac_ledger *l, int64_t run) {
    int64_t batch = 0;
    ledger_ok(ac_ledger_batch_begin(l, run, LEDGER_ORG, LEDGER_OBJECT, 1, "spool", &batch,
                                    &ledger_state.err));
    return batch;
}

void ledger_reject(struct ac_ledger *l, int64_t input, uint64_t line, const char *code,
                   ac_str raw) {
    struct ac_reject r = {.input = input,
                          .line = line,
                          .byte = line * 100,
                          .number = line - 1,
                          .object = LEDGER_OBJECT,
                          .key = "k",
                          .code = code,
                          .message = "why",
                          .fields = "A__c",
                          .raw = raw};
    ledger_ok(ac_reject_add(l, &r, &ledger_state.err));
}

uint64_t ledger_n_rejects(struct ac_ledger *l) {
    struct ac_totals totals;
    ledger_ok(ac_ledger_totals(l, &totals, &ledger_state.err));
    return totals.n_rejects;
}

static int64_t ask(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    ck_assert_msg(sqlite3_step(stmt) == SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(db));
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

int64_t ledger_ask(struct ac_ledger *l, const char *sql) { return ask(l->db, sql); }

int64_t ledger_ask_file(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    int64_t value = ask(db, sql);
    sqlite3_close(db);
    return value;
}

static void let_others_run(void *self, int64_t ms) {
    (void)self;
    (void)ms;
    sched_yield();
}

const struct ac_clock *ledger_live_clock(void) {
    static struct ac_clock clock;
    clock = *ac_clock_system();
    clock.sleep_ms = let_others_run;
    return &clock;
}

pid_t ledger_child(int (*fn)(void *arg), void *arg) {
    fflush(NULL);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(fn(arg));
    return pid;
}

int ledger_wait(pid_t pid) {
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int ledger_kill(pid_t pid) {
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    return ledger_wait(pid);
}

void ledger_gate_open(struct ledger_gate *gate) { ck_assert_int_eq(pipe(gate->fds), 0); }

// Without check's macros: a child calls these too. What fails here shows as a wait without end.
void ledger_gate_let(struct ledger_gate *gate) {
    if (write(gate->fds[1], "!", 1) != 1)
        abort();
}

void ledger_gate_wait(struct ledger_gate *gate) {
    char byte;
    if (read(gate->fds[0], &byte, 1) != 1)
        abort();
}

void ledger_gate_close(struct ledger_gate *gate) {
    close(gate->fds[0]);
    close(gate->fds[1]);
}

uint64_t ledger_mix(uint64_t n) {
    n += 0x9E3779B97F4A7C15u;
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9u;
    n = (n ^ (n >> 27)) * 0x94D049BB133111EBu;
    return n ^ (n >> 31);
}

int ledger_main(Suite *suite) {
    ledger_disk_install();
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
