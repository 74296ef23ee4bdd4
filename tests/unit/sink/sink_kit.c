// SPDX-License-Identifier: MIT
// Everything a sink needs, put together for one test.
#include "sink/sink_kit.h"
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_PUMPS 100000u
#define START_MS INT64_C(1930000000000)

static enum ac_rc on_refused(void *arg, struct ac_batch *b, uint32_t ordinal,
                             const struct ac_reply_error *why, struct ac_err *err) {
    struct sink_kit *k = arg;
    ck_assert_int_eq(ac_batch_state(b, ordinal), AC_RECORD_REFUSED);
    if (k->is_disk_full)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "DISK_FULL", "the test's disk is full");
    ck_assert_msg(!k->codes[ordinal][0], "record %u is refused twice", ordinal);
    snprintf(k->codes[ordinal], sizeof k->codes[ordinal], "%s", why->code);
    k->last_why = *why;
    k->n_refused++;
    return AC_OK;
}

static enum ac_rc on_done(void *arg, struct ac_batch *b, uint32_t ordinal, ac_str id, bool is_new,
                          struct ac_err *err) {
    struct sink_kit *k = arg;
    (void)err;
    enum ac_record_state state = ac_batch_state(b, ordinal);
    ck_assert(state == AC_RECORD_CREATED || state == AC_RECORD_UPDATED ||
              state == AC_RECORD_WRITTEN);
    snprintf(k->last_id, sizeof k->last_id, "%.*s", AC_STR_ARG(id));
    k->n_done++;
    k->n_new += is_new;
    return AC_OK;
}

static enum ac_rc on_settled(void *arg, struct ac_batch *b, struct ac_err *err) {
    struct sink_kit *k = arg;
    (void)err;
    ck_assert_uint_eq(ac_batch_n_pending(b), 0);
    k->n_settled++;
    return AC_OK;
}

static void set_columns(struct sink_kit *k, int operation) {
    static const struct ac_field fields[] = {
        {.name = {"Key__c", 6}, .type = AC_FIELD_STRING},
        {.name = {"Name__c", 7}, .type = AC_FIELD_STRING},
        {.name = {"Num__c", 6}, .type = AC_FIELD_NUMBER},
        {.name = {"When__c", 7}, .type = AC_FIELD_DATETIME},
    };
    bool has_key = operation != ACLOAD_INSERT;
    size_t first = has_key ? 0 : 1;
    for (size_t i = first; i < SINK_KIT_COLUMNS; i++) {
        k->fields[i] = fields[i];
        k->list[i - first] = &k->fields[i];
    }
    k->columns = (struct ac_columns){.object = AC_STR("Thing__c"),
                                     .operation = operation,
                                     .key = has_key ? 0 : -1,
                                     .n = SINK_KIT_COLUMNS - first,
                                     .fields = k->list};
}

void sink_kit_setup(struct sink_kit *k, int operation) {
    memset(k, 0, sizeof *k);
    k->err = (struct ac_err)AC_ERR_INIT;
    const char *tmp = getenv("TMPDIR");
    snprintf(k->dir, sizeof k->dir, "%s/sink.XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(k->dir));
    ac_clock_fake_init(&k->clock, START_MS, 7);
    net_init(&k->net);
    sink_org_init(&k->remote);
    k->org_options = (struct ac_org_options){.flow = AC_FLOW_TOKEN,
                                             .host = "https://example.my.salesforce.com",
                                             .token = "a-token-of-the-test",
                                             .version = "62.0"};
    ck_assert_int_eq(ac_org_new(&k->org, &k->org_options, &k->net.net, &k->clock.clock, &k->err),
                     AC_OK);
    ck_assert_int_eq(ac_org_login(k->org, &k->err), AC_OK);
    ck_assert_int_eq(ac_ledger_open(&k->ledger, k->dir, &k->clock.clock, false, &k->err), AC_OK);
    ck_assert_int_eq(ac_ledger_run_begin(k->ledger, "import", "", &k->run, &k->err), AC_OK);
    set_columns(k, operation);
    k->options = (struct ac_sink_options){.collections_max = 2000,
                                          .collections_in_flight = 4,
                                          .bulk_in_flight = 3,
                                          .bulk_max_bytes = 100000000,
                                          .poll_first_ms = 500,
                                          .poll_max_ms = 30000,
                                          .retry = {.base_ms = 500,
                                                    .max_ms = 30000,
                                                    .max_attempts = 8,
                                                    .few_attempts = 3,
                                                    .budget_ms = 600000}};
    k->events = (struct ac_sink_events){
        .arg = k, .refused = on_refused, .done = on_done, .settled = on_settled};
}

void sink_kit_log_in(struct sink_kit *k) {
    ac_org_free(k->org);
    k->org_options = (struct ac_org_options){.flow = AC_FLOW_CLIENT_CREDENTIALS,
                                             .host = "https://example.my.salesforce.com",
                                             .client_id = "id",
                                             .client_secret = "secret",
                                             .version = "62.0"};
    ck_assert_int_eq(ac_org_new(&k->org, &k->org_options, &k->net.net, &k->clock.clock, &k->err),
                     AC_OK);
    net_keep_saying(&k->net, "POST", "/services/oauth2/token", 200,
                    "{\"access_token\":\"00Dx!token\",\"instance_url\":"
                    "\"https://example.my.salesforce.com\"}");
    ck_assert_int_eq(ac_org_login(k->org, &k->err), AC_OK);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where) {
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

void sink_kit_teardown(struct sink_kit *k) {
    if (k->sink.close)
        k->sink.close(k->sink.self);
    for (size_t i = 0; i < k->n_batches; i++)
        ac_batch_remove(k->batches[i]);
    ac_ledger_close(k->ledger);
    ac_org_free(k->org);
    net_free(&k->net);
    sink_org_free(&k->remote);
    nftw(k->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct ac_batch *sink_kit_batch(struct sink_kit *k) {
    int64_t id;
    const char *spool = ac_ledger_spool_dir(k->ledger);
    ck_assert_uint_lt(k->n_batches, SINK_KIT_BATCHES);
    ck_assert_int_eq(ac_ledger_batch_begin(k->ledger, k->run, "example", "Thing__c",
                                           k->columns.operation, spool, &id, &k->err),
                     AC_OK);
    struct ac_batch **b = &k->batches[k->n_batches++];
    ck_assert_int_eq(ac_batch_open(b, spool, id, &k->columns, &k->err), AC_OK);
    return *b;
}

void sink_kit_add(struct sink_kit *k, struct ac_batch *b, uint32_t number) {
    char name[32];
    snprintf(name, sizeof name, "t%u, \"x\"", number);
    sink_kit_add_named(k, b, number, name);
}

void sink_kit_add_named(struct sink_kit *k, struct ac_batch *b, uint32_t number, const char *name) {
    char key[16], num[16];
    uint32_t ordinal;
    snprintf(key, sizeof key, "k%u", number);
    snprintf(num, sizeof num, "%u", 100000000 + number);
    ac_str cells[] = {ac_str_of(key), ac_str_of(name), ac_str_of(num),
                      AC_STR("2031-03-04T16:00:00Z")};
    const ac_str *first = k->columns.key < 0 ? cells + 1 : cells;
    struct ac_batch_row row = {.origin = {.line = number + 2, .number = number + 1},
                               .raw = ac_str_of(name),
                               .key_hash = ac_columns_key_hash(&k->columns, first),
                               .n_row_records = 1};
    ck_assert_int_eq(ac_batch_add(b, first, &row, &ordinal, &k->err), AC_OK);
}

void sink_kit_send(struct sink_kit *k, struct ac_batch *b) {
    if (!k->sink.self) {
        ck_assert_int_eq(ac_sink_salesforce(&k->sink, &k->options, k->org, k->ledger,
                                            &k->clock.clock, &k->events, &k->err),
                         AC_OK);
        sink_org_serve(&k->remote, &k->net);
    }
    ck_assert_int_eq(ac_batch_seal(b, &k->err), AC_OK);
    ck_assert_int_eq(ac_ledger_batch_seal(k->ledger, ac_batch_id(b), ac_batch_n(b),
                                          ac_batch_bytes(b), NULL, 0, &k->err),
                     AC_OK);
    ck_assert_int_eq(k->sink.send(k->sink.self, b, &k->err), AC_OK);
}

struct ac_batch *sink_kit_send_numbers(struct sink_kit *k, uint32_t first, uint32_t n) {
    struct ac_batch *b = sink_kit_batch(k);
    for (uint32_t i = first; i < first + n; i++)
        sink_kit_add(k, b, i);
    sink_kit_send(k, b);
    return b;
}

enum ac_rc sink_kit_run(struct sink_kit *k) {
    enum ac_rc rc = AC_OK;
    for (k->n_pumps = 0; rc == AC_OK && k->n_pumps < MAX_PUMPS; k->n_pumps++)
        rc = k->sink.pump(k->sink.self, 1000, &k->err);
    ck_assert_msg(rc != AC_OK, "the sink does not come to an end");
    ck_assert_uint_eq(k->sink.pending(k->sink.self), 0);
    return rc;
}

uint32_t sink_kit_count(const struct ac_batch *b, enum ac_record_state state) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < ac_batch_n(b); i++)
        n += ac_batch_state(b, i) == state;
    return n;
}

void sink_kit_check_written(const struct sink_kit *k, uint32_t first, uint32_t n, int times) {
    for (uint32_t i = first; i < first + n; i++)
        ck_assert_msg(k->remote.n_written[i] == times, "record %u went in %d times, not %d", i,
                      k->remote.n_written[i], times);
}
