// SPDX-License-Identifier: MIT
// The plugin's own test: a host table of a few lines, rows played through the callbacks.
//
// A plugin reaches acload through its host table only. So a test is a table of our own, which notes
// what the plugin does; nothing of acload is linked.
#include <acload/plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- the fake host -------------------------------------------------------------------------------

// Ours to define: a plugin never looks inside.
struct acload_row {
    acload_str cells[8];
    size_t n;
};

struct acload_record {
    char values[8][64]; // by field, "" when never set
};

static const char *const fields[] = {"Contact_Id__c", "Score__c", "Grade__c", "Comment__c"};
static size_t n_fields;        // how many of them the org has
static const char *columns[8]; // of the input
static size_t n_columns;
static struct acload_record at_hand, emitted;
static int n_emitted;
static char reason[256], logged[256];

static int host_column(acload_ctx *ctx, const char *name) {
    (void)ctx;
    for (size_t i = 0; i < n_columns; i++)
        if (strcmp(columns[i], name) == 0)
            return (int)i;
    return -1;
}

static acload_str host_get(const acload_row *row, int column) {
    acload_str none = {NULL, 0};
    return column >= 0 && (size_t)column < row->n ? row->cells[column] : none;
}

static int host_object(acload_ctx *ctx, const char *name, const char *key, int operation) {
    if (strcmp(name, "Call_Score__c") == 0 && strcmp(key, "Contact_Id__c") == 0 &&
        operation == ACLOAD_UPSERT)
        return 0;
    ctx->host->fail(ctx, "NOT_FOUND", "the org has no object %s", name);
    return -1;
}

static int host_field(acload_ctx *ctx, int object, const char *name, acload_traits *traits) {
    (void)ctx;
    (void)object;
    (void)traits;
    for (size_t i = 0; i < n_fields; i++)
        if (strcmp(fields[i], name) == 0)
            return (int)i;
    return -1;
}

static acload_record *host_record(acload_ctx *ctx, int object, const acload_row *parent) {
    (void)ctx;
    (void)object;
    (void)parent;
    memset(&at_hand, 0, sizeof at_hand);
    return &at_hand;
}

static int host_set_null(acload_record *record, int field) {
    snprintf(record->values[field], sizeof record->values[field], "(null)");
    return ACLOAD_OK;
}

static int host_set(acload_record *record, int field, acload_str text) {
    if (!text.len)
        return host_set_null(record, field);
    snprintf(record->values[field], sizeof record->values[field], "%.*s", (int)text.len, text.ptr);
    return ACLOAD_OK;
}

static int host_emit(acload_ctx *ctx, acload_record *record) {
    (void)ctx;
    emitted = *record;
    n_emitted++;
    return ACLOAD_OK;
}

static void *host_keep(acload_ctx *ctx, size_t len) {
    static _Alignas(16) char memory[4096]; // the test's own: one instance at a time
    (void)ctx;
    memset(memory, 0, sizeof memory);
    return len <= sizeof memory ? memory : NULL;
}

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...) {
    (void)ctx;
    if (reason[0])
        return; // the first one stands
    size_t n = (size_t)snprintf(reason, sizeof reason, "%s: ", code);
    va_list args;
    va_start(args, fmt);
    vsnprintf(reason + n, sizeof reason - n, fmt, args);
    va_end(args);
}

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...) {
    (void)ctx;
    (void)level;
    va_list args;
    va_start(args, fmt);
    vsnprintf(logged, sizeof logged, fmt, args);
    va_end(args);
}

static const acload_host host = {
    .size = sizeof(acload_host),
    .abi = ACLOAD_ABI,
    .column = host_column,
    .get = host_get,
    .object = host_object,
    .field = host_field,
    .record = host_record,
    .set = host_set,
    .set_null = host_set_null,
    .emit = host_emit,
    .keep = host_keep,
    .fail = host_fail,
    .log = host_log,
};

// --- checks --------------------------------------------------------------------------------------

static int n_checks, n_failed;

static void check(int is_good, const char *what, int line) {
    n_checks++;
    if (is_good)
        return;
    n_failed++;
    printf("test_template.c:%d: not so: %s (reason: \"%s\")\n", line, what, reason);
}

#define CHECK(expression) check(!!(expression), #expression, __LINE__)
#define CHECK_TEXT(text, wanted) check(strcmp(text, wanted) == 0, text, __LINE__)

// --- the tests -----------------------------------------------------------------------------------

static const acload_plugin *plugin;
static acload_ctx ctx;

// Options are filled in as acload would: here only those of type TEXT or INT.
static void use(const char *name, const char *value) {
    for (const acload_option *o = plugin->options; o->name; o++) {
        const char *text = name && strcmp(o->name, name) == 0 ? value : name ? NULL : o->fallback;
        char *at = (char *)ctx.state + o->at;
        int64_t number = text ? strtoll(text, NULL, 10) : 0;
        if (text && o->type == ACLOAD_OPT_TEXT)
            memcpy(at, &text, sizeof text);
        if (text && o->type == ACLOAD_OPT_INT)
            memcpy(at, &number, sizeof number);
    }
}

static void fresh(void) {
    free(ctx.state);
    ctx = (acload_ctx){&host, calloc(1, plugin->state_size)};
    if (!ctx.state)
        exit(2);
    n_fields = 4;
    n_emitted = 0;
    reason[0] = logged[0] = '\0';
    use(NULL, NULL);
}

static int begin(const char *a, const char *b, const char *c) {
    n_columns = c ? 3 : 2;
    columns[0] = a;
    columns[1] = b;
    columns[2] = c;
    acload_str names[3] = {{a, strlen(a)}, {b, strlen(b)}, {c, c ? strlen(c) : 0}};
    acload_input input = {.size = sizeof input, .n_columns = n_columns, .columns = names};
    return plugin->begin(&ctx, &input);
}

static int row(const char *a, const char *b, const char *c) {
    acload_row r = {{{a, strlen(a)}, {b, strlen(b)}, {c, c ? strlen(c) : 0}}, c ? 3 : 2};
    reason[0] = '\0';
    return plugin->row(&ctx, &r);
}

static void test_bid(void) {
    acload_sample sample = {.size = sizeof sample};
    acload_bid bid = {.size = sizeof bid};
    fresh();
    n_columns = 2;
    columns[0] = "Score";
    columns[1] = "Contact Id";
    CHECK(plugin->bid(&ctx, &sample, &bid) == ACLOAD_OK && bid.score == 60);
    n_columns = 1;
    bid = (acload_bid){.size = sizeof bid};
    CHECK(plugin->bid(&ctx, &sample, &bid) == ACLOAD_OK && bid.score == 0 && bid.near == 50);
    CHECK_TEXT(bid.missing, "the column Contact Id");
}

static void test_rows(void) {
    fresh();
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    CHECK(begin("Comment", "Contact Id", "Score") == ACLOAD_OK);
    CHECK(row("well done", "c-1", "91.5%") == ACLOAD_PASS && n_emitted == 1);
    CHECK_TEXT(emitted.values[0], "c-1");
    CHECK_TEXT(emitted.values[1], "91.5");
    CHECK_TEXT(emitted.values[2], "A");
    CHECK_TEXT(emitted.values[3], "well done");
    CHECK(row("", "c-2", "0") == ACLOAD_PASS);
    CHECK_TEXT(emitted.values[2], "D");
    CHECK_TEXT(emitted.values[3], "(null)");
    CHECK(row("", "", "50") == ACLOAD_REJECT);
    CHECK_TEXT(reason, "MISSING_VALUE: column Contact Id is empty");
    CHECK(row("", "c-3", "good") == ACLOAD_REJECT);
    CHECK_TEXT(reason, "INVALID_SCORE: column Score: 'good' is no number from 0 to 100");
    CHECK(row("", "c-3", "101") == ACLOAD_REJECT);
    CHECK(row("", "c-3", "") == ACLOAD_REJECT);
    CHECK(n_emitted == 2);
    plugin->close(&ctx);
}

static void test_options(void) {
    fresh();
    use("least", "60");
    use("grades", "80 P, 0 F");
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    CHECK(begin("Contact Id", "Score", NULL) == ACLOAD_OK);
    CHECK(row("c-1", "59", NULL) == ACLOAD_DROP && n_emitted == 0);
    CHECK(row("c-2", "60", NULL) == ACLOAD_PASS);
    CHECK_TEXT(emitted.values[2], "F");
    CHECK_TEXT(emitted.values[3], ""); // no such column: left alone
    CHECK(plugin->flush(&ctx, ACLOAD_END_OF_INPUT) == ACLOAD_OK);
    CHECK_TEXT(logged, "1 rows have a score below 60; they were left out");
    fresh();
    use("grades", "90 A, B");
    CHECK(plugin->open(&ctx) == ACLOAD_FAIL);
    CHECK_TEXT(reason,
               "BAD_OPTION: option grades: cannot read \" B\"; write it like \"90 A, 75 B\"");
}

static void test_begin(void) {
    fresh();
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    CHECK(begin("Contact Id", "Comment", NULL) == ACLOAD_FAIL);
    CHECK_TEXT(reason, "MISSING_COLUMN: has no column Score among its 2 columns");
    fresh();
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    n_fields = 1;
    CHECK(begin("Contact Id", "Score", NULL) == ACLOAD_FAIL);
    CHECK_TEXT(reason, "CONFIG: the org's object Call_Score__c has no field Score__c");
    fresh();
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    n_fields = 2; // neither grade nor comment
    CHECK(begin("Contact Id", "Score", "Comment") == ACLOAD_OK);
    CHECK_TEXT(logged, "column Comment is left out: the org has no Comment__c");
    CHECK(row("c-1", "95", "fine") == ACLOAD_PASS);
    CHECK_TEXT(emitted.values[1], "95");
    fresh();
    use("object", "Other__c");
    CHECK(plugin->open(&ctx) == ACLOAD_OK);
    CHECK(begin("Contact Id", "Score", NULL) == ACLOAD_FAIL);
    CHECK_TEXT(reason, "NOT_FOUND: the org has no object Other__c");
}

int main(void) {
    plugin = acload_plugin_entry();
    CHECK(plugin && plugin->abi == ACLOAD_ABI && plugin->size == sizeof *plugin);
    test_bid();
    test_rows();
    test_options();
    test_begin();
    free(ctx.state);
    printf("%d checks, %d failed\n", n_checks, n_failed);
    return n_failed ? 1 : 0;
}
