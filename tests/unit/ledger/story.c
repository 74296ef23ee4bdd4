// SPDX-License-Identifier: MIT
// One import, step by step, with what must be true after each.
#include "ledger/story.h"
#include <stdlib.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define VERSION_MS 1929999000000

typedef enum ac_rc step_fn(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err);

static enum ac_rc begin(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    struct ac_input_row in = {.org = LEDGER_ORG,
                              .identity = HEX,
                              .member = "",
                              .name = "report.csv",
                              .plugin = "",
                              .job = "nightly",
                              .error = ""};
    enum ac_rc rc = ac_ledger_run_begin(l, "run", "nightly", &s->run, err);
    in.run = s->run;
    if (rc == AC_OK)
        rc = ac_ledger_input_begin(l, &in, err);
    s->input = in.id;
    if (rc == AC_OK)
        rc = ac_ledger_input_header(l, s->input, AC_STR("a,b"), err);
    return rc == AC_OK ? ac_ledger_file_put(l, "/in/report.csv", 10, 20, 30, HEX, err) : rc;
}

static enum ac_rc batch(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_batch_begin(l, s->run, LEDGER_ORG, LEDGER_OBJECT, 1, "spool", &s->batch, err);
}

static enum ac_rc reject(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    struct ac_reject r = {.input = s->input,
                          .line = 2,
                          .object = "",
                          .key = "",
                          .code = "BAD",
                          .message = "bad",
                          .fields = "",
                          .raw = AC_STR("x,y")};
    return ac_reject_add(l, &r, err);
}

static enum ac_rc seal(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    struct ac_range ranges[] = {{s->input, 0, 3000, 1, 3000}, {s->input, 4000, 1000, 3001, 4000}};
    return ac_ledger_batch_seal(l, s->batch, LEDGER_STORY_KEYS, 123456, ranges, 2, err);
}

static enum ac_rc job(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_batch_job(l, s->batch, 0, LEDGER_STORY_KEYS, "750xx0000000001AAA", err);
}

static struct ac_version *keys_new(int64_t version_ms) {
    struct ac_version *keys = calloc(LEDGER_STORY_KEYS, sizeof *keys);
    for (uint32_t i = 0; keys && i < LEDGER_STORY_KEYS; i++)
        keys[i] = (struct ac_version){ledger_mix(i), version_ms, i};
    return keys;
}

static enum ac_rc versions(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    (void)s;
    struct ac_version *keys = keys_new(VERSION_MS);
    if (!keys)
        return ac_err_nomem(err, "keys");
    enum ac_rc rc =
        ac_ledger_version_put(l, LEDGER_ORG, LEDGER_OBJECT, keys, LEDGER_STORY_KEYS, err);
    free(keys);
    return rc;
}

static enum ac_rc settle(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    struct ac_counts counts = {.read = LEDGER_STORY_KEYS + 1,
                               .sent = LEDGER_STORY_KEYS,
                               .rejected = 1,
                               .made = LEDGER_STORY_KEYS,
                               .written = LEDGER_STORY_KEYS};
    enum ac_rc rc = ac_ledger_group_begin(l, err);
    if (rc != AC_OK)
        return rc;
    rc = ac_ledger_batch_settle(l, s->batch, err);
    if (rc == AC_OK)
        rc = ac_ledger_input_end(l, s->input, AC_INPUT_SETTLED, &counts, "interval", "", err);
    return ac_ledger_group_end(l, rc, err);
}

static enum ac_rc done(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    (void)s;
    enum ac_rc rc = ac_ledger_file_done(l, LEDGER_ORG, HEX, err);
    if (rc != AC_OK)
        return rc;
    return ac_ledger_describe_put(l, LEDGER_ORG, LEDGER_OBJECT, AC_STR("{}"), AC_STR("now"), err);
}

static enum ac_rc end(struct ledger_story *s, struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_run_end(l, s->run, 1, 7, err);
}

static step_fn *const steps[LEDGER_N_STEPS] = {begin,    batch,  reject, seal, job,
                                               versions, settle, done,   end};

enum ac_rc ledger_story_tell(struct ledger_story *s, struct ac_ledger *l, int n_steps,
                             struct ac_err *err) {
    *s = (struct ledger_story){0};
    for (int i = 0; i < n_steps; i++) {
        enum ac_rc rc = steps[i](s, l, err);
        if (rc != AC_OK)
            return rc;
        s->n_done++;
    }
    return AC_OK;
}

static bool has_done(const struct ledger_story *s, enum ledger_step step) {
    return s->n_done > (int)step;
}

struct seen { // of the story's batch, while it is not settled
    int64_t id;
    bool is_there, is_sealed, has_job, is_alive;
};

static bool see_batch(void *arg, const struct ac_batch_info *b) {
    struct seen *seen = arg;
    if (b->id != seen->id)
        return true;
    seen->is_there = true;
    seen->is_sealed = b->state == AC_BATCH_SEALED && b->n_records == LEDGER_STORY_KEYS;
    seen->has_job = b->n_jobs == 1 && strcmp(b->jobs[0].id, "750xx0000000001AAA") == 0;
    seen->is_alive = b->is_alive;
    return false;
}

static void count_newer(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    if (recorded_ms == VERSION_MS && key->version_ms == 0)
        ++*(size_t *)arg;
}

static size_t count_versions(struct ac_ledger *l) {
    struct ac_version *keys = keys_new(0);
    size_t n = 0;
    ck_assert_ptr_nonnull(keys);
    ledger_ok(ac_ledger_version_newer(l, LEDGER_ORG, LEDGER_OBJECT, keys, LEDGER_STORY_KEYS,
                                      count_newer, &n, &ledger_state.err));
    free(keys);
    return n;
}

static void check_settled(const struct ledger_story *s, struct ac_ledger *l,
                          const struct ac_totals *t) {
    struct seen seen = {.id = s->batch};
    ledger_ok(ac_ledger_batches(l, 10, see_batch, &seen, &ledger_state.err));
    ck_assert(!seen.is_there);
    ck_assert_uint_eq(t->counts.read, LEDGER_STORY_KEYS + 1);
    ck_assert_uint_eq(t->n_rejects, 1);
    ck_assert_uint_eq(count_versions(l), LEDGER_STORY_KEYS);
    ck_assert_int_eq(ledger_ask(l, "SELECT count(*) FROM batch_range"), 0);
}

static void check_unsettled(const struct ledger_story *s, struct ac_ledger *l,
                            const struct ac_totals *t) {
    struct seen seen = {.id = s->batch};
    ck_assert(!has_done(s, LEDGER_STEP_SETTLED));
    ck_assert_uint_eq(t->counts.read, 0);
    ledger_ok(ac_ledger_batches(l, 10, see_batch, &seen, &ledger_state.err));
    ck_assert(seen.is_there || !has_done(s, LEDGER_STEP_BATCH));
    ck_assert(seen.is_sealed || !has_done(s, LEDGER_STEP_SEALED));
    ck_assert(seen.has_job || !has_done(s, LEDGER_STEP_JOB));
    ck_assert(!seen.is_alive);
    ck_assert_int_eq(ledger_ask(l, "SELECT total(n) FROM batch_range"), seen.is_sealed ? 4000 : 0);
    size_t n = count_versions(l);
    ck_assert(n == 0 || n == LEDGER_STORY_KEYS);
}

void ledger_story_check(const struct ledger_story *s, struct ac_ledger *l) {
    struct ac_totals t;
    bool is_settled = false, is_file_done = false;
    struct ac_err *err = &ledger_state.err;
    ledger_ok(ac_ledger_totals(l, &t, err));
    ledger_ok(ac_ledger_input_settled(l, LEDGER_ORG, HEX, "", &is_settled, err));
    ledger_ok(ac_ledger_file_is_done(l, LEDGER_ORG, HEX, &is_file_done, err));
    ck_assert(is_settled || !is_file_done);
    if (is_settled)
        check_settled(s, l, &t);
    else
        check_unsettled(s, l, &t);
    ck_assert(is_file_done || !has_done(s, LEDGER_STEP_ENDED));
    ck_assert_uint_eq(t.n_calls, has_done(s, LEDGER_STEP_ENDED) ? 7 : t.n_calls);
    ck_assert_int_eq(ledger_ask(l, "SELECT count(*) FROM pragma_integrity_check"
                                   " WHERE integrity_check = 'ok'"),
                     1);
}
