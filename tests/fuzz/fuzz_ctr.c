// SPDX-License-Identifier: MIT
// Fuzz target: contact records, from their bytes through the decoder, the host, the ctr plugin.
//
// What must hold: every value that was read is made into records, dropped or rejected, once; a
// reject says why; a record's cells fit the fields that they are for, its key is there.
//
// Corpus: tests/cases/ctr samples/contact-records/contacts-*
#include "base/log.h"
#include "decode/decode.h"
#include "decode/fake_source.h"
#include "fuzz/fuzz.h"
#include "plugin/chain.h"
#include "plugin/handshake.h"
#include "schema/check.h"
#include <stdio.h>

struct org {
    struct ac_arena arena; // of the run
    const struct ac_schema *schemas[2];
    const struct ac_module *module;
};

static const char *const objects[] = {"AC_ContactTraceRecord__c", "AC_ContactChannelAnalytics__c"};

static void read_schema(struct org *org, size_t i) {
    static char json[(size_t)256 * 1024];
    char path[100];
    snprintf(path, sizeof path, "schemas/%s.json", objects[i]);
    FILE *f = fopen(path, "re");
    must(f != NULL, "%s is not there: started elsewhere", path);
    size_t len = f ? fread(json, 1, sizeof json, f) : 0;
    if (f)
        fclose(f);
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_schema_parse(ac_str_n(json, len), path, AC_STR(""), true, &org->arena,
                                    &org->schemas[i], &err);
    must(rc == AC_OK, "%s", err.text);
}

static struct org *the_org(void) {
    static struct org org;
    static struct ac_module module = {.path = "ctr.so"};
    struct ac_err err = AC_ERR_INIT;
    if (org.module)
        return &org;
    FILE *log = fopen("/dev/null", "we");
    must(log, "nowhere to log to");
    ac_log_setup(log, AC_LOG_TEXT, AC_LOG_ERROR, false, NULL);
    ac_arena_init(&org.arena, (size_t)32 << 20);
    for (size_t i = 0; i < AC_N(objects); i++)
        read_schema(&org, i);
    enum ac_rc rc =
        ac_handshake(acload_plugin_entry(), module.path, &org.arena, &module.plugin, &err);
    must(rc == AC_OK, "%s", err.text);
    module.name = module.plugin.name;
    org.module = &module;
    return &org;
}

static enum ac_rc schema(void *arg, const char *object, const struct ac_schema **out,
                         struct ac_err *err) {
    const struct org *org = arg;
    for (size_t i = 0; i < AC_N(objects); i++)
        if (strcmp(object, objects[i]) == 0)
            *out = org->schemas[i];
    return *out ? AC_OK : ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND", "no %s", object);
}

// --- what comes out

struct counts {
    struct ac_chain *chain;
    uint64_t n_made, n_dropped, n_rejected;
};

static void check_record(const struct acload_record *r) {
    const struct ac_columns *c = r->columns;
    for (size_t i = 0; i < c->n; i++) {
        struct ac_err err = AC_ERR_INIT;
        if (ac_is_absent(r->cells[i]) || !r->cells[i].ptr)
            continue;
        must(ac_check_cell(c->fields[i], r->cells[i], &err) == AC_OK, "%.*s: %s",
             AC_STR_ARG(c->fields[i]->name), err.text);
    }
    must(c->key < 0 || (!ac_is_absent(r->cells[c->key]) && r->cells[c->key].len), "no key");
}

static enum ac_rc made(void *arg, const struct acload_row *row, struct acload_record *records,
                       struct ac_err *err) {
    (void)row;
    (void)err;
    struct counts *n = arg;
    n->n_made++;
    must(records, "made, but nothing");
    for (const struct acload_record *r = records; r; r = r->next)
        check_record(r);
    return AC_OK;
}

static enum ac_rc dropped(void *arg, const struct acload_row *row, const char *why,
                          struct ac_err *err) {
    (void)row;
    (void)why;
    (void)err;
    ((struct counts *)arg)->n_dropped++;
    return AC_OK;
}

static enum ac_rc rejected(void *arg, const struct acload_row *row, const struct ac_err *why,
                           struct ac_err *err) {
    (void)row;
    (void)err;
    ((struct counts *)arg)->n_rejected++;
    must(why->code[0] && why->text[0], "a reject does not say why");
    must(ac_str_utf8_bad(ac_str_of(why->text)) == strlen(why->text), "%s", why->text);
    return AC_OK;
}

static enum ac_rc held(void *arg, const struct acload_row *row, struct ac_err *err) {
    (void)arg;
    (void)row;
    (void)err;
    fuzz_fail("ctr keeps no row", "it did");
}

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    return ac_chain_row(((struct counts *)arg)->chain, row, err);
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)arg;
    (void)broken;
    (void)err;
    return AC_OK;
}

static void run(ac_str text, const struct ac_option_value *values, size_t n_values) {
    struct org *org = the_org();
    struct ac_services services = {org, schema};
    struct ac_clock_fake clock;
    struct ac_instance *in = NULL;
    struct ac_err err = AC_ERR_INIT;
    ac_clock_fake_init(&clock, 1930410000000, 1);
    enum ac_rc rc =
        ac_instance_new(&in, org->module, values, n_values, &services, &clock.clock, &err);
    if (rc == AC_OK)
        rc = ac_instance_open(in, &err);
    must(rc == AC_OK, "%s", err.text);
    struct counts n = {0};
    struct ac_chain chain = {.plugins = &in, .n = 1};
    chain.sink = (struct ac_chain_sink){&n, made, dropped, rejected, held};
    n.chain = &chain;
    acload_input input = {.size = sizeof input,
                          .name = AC_STR("contacts"),
                          .identity = AC_STR("id"),
                          .region = AC_STR("us-east-1"),
                          .modified_ms = 1930400000000,
                          .event_ms = 1930400000000,
                          .format = ACLOAD_JSON};
    rc = ac_chain_begin(&chain, &input, &err);
    must(rc == AC_OK, "%s", err.text);
    struct ac_source src = fake_source(text, 61);
    struct ac_decode_options options = {.name = "contacts"};
    struct ac_decode_sink sink = {&n, on_row, on_broken};
    struct ac_decode_sample sample = {.decoder = &ac_decoder_json, .format = ACLOAD_JSON};
    struct ac_decode_counts counts = {0};
    rc = ac_decode_run(&src, &sample, &options, &sink, &counts, &err);
    must(rc == AC_OK || (rc == AC_INPUT && !counts.n_rows), "%s", err.text);
    rc = ac_chain_flush(&chain, ACLOAD_END_OF_INPUT, &err);
    must(rc == AC_OK, "%s", err.text);
    must(n.n_made + n.n_dropped + n.n_rejected == counts.n_rows, "%llu + %llu + %llu of %llu",
         (unsigned long long)n.n_made, (unsigned long long)n.n_dropped,
         (unsigned long long)n.n_rejected, (unsigned long long)counts.n_rows);
    fake_close(&src);
    ac_instance_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const struct ac_option_value usual[] = {{{"gate", 4}, {"all", 3}}};
    if (len > (size_t)64 * 1024)
        return 0;
    ac_str text = {(const char *)data, len};
    run(text, usual, AC_N(usual));
    run(text, NULL, 0);
    return 0;
}
