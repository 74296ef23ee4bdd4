// SPDX-License-Identifier: MIT
// A plugin built with an earlier header: shorter option rows, a descriptor that ends at row.
//
// What it knew of the header then is written out here, since the header itself has grown. Members
// are only ever added at the end, so what is here is a prefix of what the header has now.
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *ptr;
    size_t len;
} early_str;

typedef struct early_ctx early_ctx;

typedef struct {
    uint32_t size, abi;
    int (*column)(early_ctx *, const char *name);
    early_str (*get)(const void *row, int column);
    int (*object)(early_ctx *, const char *name, const char *key, int operation);
    int (*field)(early_ctx *, int object, const char *name, void *traits);
    void *(*record)(early_ctx *, int object, const void *parent);
    int (*set)(void *record, int field, early_str text);
    int (*set_null)(void *record, int field);
    int (*emit)(early_ctx *, void *record);
} early_host;

struct early_ctx {
    const early_host *host;
    void *state;
};

typedef struct { // without range, choices, help
    const char *name;
    int type;
    size_t at;
    const char *fallback;
} early_option;

typedef struct { // without flush, close
    uint32_t size, abi, option_size;
    const char *name, *version, *summary;
    const early_option *options;
    size_t state_size;
    int (*bid)(early_ctx *, const void *sample, void *bid);
    int (*open)(early_ctx *);
    int (*begin)(early_ctx *, const void *input);
    int (*row)(early_ctx *, void *row);
} early_plugin;

struct state {
    const char *prefix;
    int64_t times;
    int shout;
    int object, key, column;
};

static const early_option options[] = {
    {"prefix", 0, offsetof(struct state, prefix), "old-"},
    {"times", 1, offsetof(struct state, times), "2"},
    {"shout", 2, offsetof(struct state, shout), "true"},
    {NULL, 0, 0, NULL},
};

static int begin(early_ctx *ctx, const void *input) {
    struct state *s = ctx->state;
    (void)input;
    s->object = ctx->host->object(ctx, "Score__c", "Id__c", 0);
    s->key = s->object < 0 ? -1 : ctx->host->field(ctx, s->object, "Id__c", NULL);
    s->column = ctx->host->column(ctx, "Id");
    return s->object < 0 || s->column < 0;
}

static int row(early_ctx *ctx, void *row) {
    struct state *s = ctx->state;
    char id[64];
    size_t n = 0;
    early_str cell = ctx->host->get(row, s->column);
    for (const char *c = s->prefix; *c && n < 32; c++)
        id[n++] = *c;
    for (int64_t i = 0; i < s->times; i++)
        for (size_t k = 0; k < cell.len && n < 60; k++)
            id[n++] = cell.ptr[k];
    if (s->shout)
        id[n++] = '!';
    void *record = ctx->host->record(ctx, s->object, row);
    if (ctx->host->set(record, s->key, (early_str){id, n}))
        return 3;
    return ctx->host->emit(ctx, record) ? 3 : 0;
}

static const early_plugin plugin = {
    .size = sizeof(early_plugin),
    .abi = 0,
    .option_size = sizeof(early_option),
    .name = "early",
    .version = "0",
    .summary = "Built with an earlier header",
    .options = options,
    .state_size = sizeof(struct state),
    .begin = begin,
    .row = row,
};

__attribute__((visibility("default"))) const early_plugin *acload_plugin_entry(void);
const early_plugin *acload_plugin_entry(void) { return &plugin; }
