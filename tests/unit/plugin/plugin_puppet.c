// SPDX-License-Identifier: MIT
// The puppet's few moves.
#include "plugin_puppet.h"
#include <stdio.h>
#include <string.h>

#define MAX_HELD 20000

struct state {
    const char *column, *name;
    int end;
    int orders, id, object, id_field, name_field;
    acload_row **held;
    char **texts; // of row_alloc
    size_t n_held;
};

enum { END_KEEP, END_FREE, END_FAIL, END_FAIL_FREE };

static const acload_option options[] = {
    {"column", ACLOAD_OPT_TEXT, offsetof(struct state, column), "P", 0, 0, NULL, "Its orders."},
    {"name", ACLOAD_OPT_TEXT, offsetof(struct state, name), "p", 0, 0, NULL, "For Name__c."},
    {"end", ACLOAD_OPT_CHOICE, offsetof(struct state, end), "keep", 0, 0,
     "keep|free|fail|fail-free", "What flush does."},
    {.name = NULL},
};

static acload_str text_of(const char *text) { return (acload_str){text, strlen(text)}; }

static int open_plugin(acload_ctx *ctx) {
    struct state *s = ctx->state;
    s->held = ctx->host->keep(ctx, MAX_HELD * sizeof(acload_row *));
    s->texts = ctx->host->keep(ctx, MAX_HELD * sizeof *s->texts);
    return s->held && s->texts ? ACLOAD_OK : ACLOAD_FAIL;
}

static int place(acload_ctx *ctx, const acload_input *input, const char *name) {
    char pointer[40];
    snprintf(pointer, sizeof pointer, "/%s", name);
    return input->format == ACLOAD_JSON ? ctx->host->path(ctx, pointer)
                                        : ctx->host->column(ctx, name);
}

static int begin(acload_ctx *ctx, const acload_input *input) {
    struct state *s = ctx->state;
    s->orders = place(ctx, input, s->column);
    s->id = place(ctx, input, "Id");
    s->object = ctx->host->object(ctx, "Score__c", "Id__c", ACLOAD_UPSERT);
    if (s->object < 0)
        return ACLOAD_FAIL;
    s->id_field = ctx->host->field(ctx, s->object, "Id__c", NULL);
    s->name_field = ctx->host->field(ctx, s->object, "Name__c", NULL);
    return ACLOAD_OK;
}

static int record(acload_ctx *ctx, acload_row *row, const char *name) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    acload_record *r = host->record(ctx, s->object, row);
    return host->set(r, s->id_field, host->get(row, s->id)) ||
           host->set(r, s->name_field, text_of(name)) || host->emit(ctx, r);
}

static int free_held(acload_ctx *ctx, int is_loose) {
    struct state *s = ctx->state;
    size_t n = s->n_held;
    s->n_held = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = is_loose ? n - 1 - i : i;
        const char *text = s->texts[at] ? s->texts[at] : "late";
        if (!is_loose && record(ctx, s->held[at], text))
            return ACLOAD_FAIL;
        ctx->host->release(ctx, s->held[at]);
    }
    return ACLOAD_OK;
}

static int take(acload_ctx *ctx, acload_row *row, char *text) {
    struct state *s = ctx->state;
    s->texts[s->n_held] = text;
    s->held[s->n_held++] = row;
    return ACLOAD_TAKE;
}

static int take_with_text(acload_ctx *ctx, acload_row *row) {
    acload_str id = ctx->host->get(row, ((struct state *)ctx->state)->id);
    char *text = ctx->host->row_alloc(row, id.len + 8);
    if (!text)
        return ACLOAD_REJECT;
    snprintf(text, id.len + 8, "own-%.*s", (int)id.len, id.ptr);
    return take(ctx, row, text);
}

static int say(acload_ctx *ctx, const char *code, const char *why, int verdict) {
    ctx->host->fail(ctx, code, "%s", why);
    return verdict;
}

static int row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    acload_str cell = ctx->host->get(row, s->orders);
    char order[32] = "";
    snprintf(order, sizeof order, "%.*s", (int)cell.len, cell.ptr ? cell.ptr : "");
    const char *orders[] = {"pass",    "none",  "two",   "drop",    "drop!",    "reject",
                            "reject!", "stop",  "stop!", "take",    "both",     "alloc",
                            "free",    "loose", "odd",   "droprec", "rejectrec"};
    size_t at = 0;
    while (at < sizeof orders / sizeof *orders && strcmp(orders[at], order) != 0)
        at++;
    switch (at) {
    case 0:
        return record(ctx, row, s->name) ? ACLOAD_REJECT : ACLOAD_PASS;
    case 1:
        return ACLOAD_PASS;
    case 2:
        return record(ctx, row, s->name) || record(ctx, row, "second") ? ACLOAD_REJECT
                                                                       : ACLOAD_PASS;
    case 3:
        return ACLOAD_DROP;
    case 4:
        return say(ctx, "UNWANTED", "not wanted", ACLOAD_DROP);
    case 5:
        return ACLOAD_REJECT;
    case 6:
        return say(ctx, "BAD", "it is bad", ACLOAD_REJECT);
    case 7:
        return ACLOAD_STOP;
    case 8:
        return say(ctx, "BROKE", "the disk broke", ACLOAD_STOP);
    case 9:
        return take(ctx, row, NULL);
    case 10:
        return record(ctx, row, s->name) ? ACLOAD_REJECT : take(ctx, row, NULL);
    case 11:
        return take_with_text(ctx, row);
    case 12:
        return free_held(ctx, 0) || record(ctx, row, s->name) ? ACLOAD_REJECT : ACLOAD_PASS;
    case 13:
        return free_held(ctx, 1) ? ACLOAD_REJECT : ACLOAD_PASS;
    case 15:
        return record(ctx, row, s->name) ? ACLOAD_REJECT : ACLOAD_DROP;
    case 16:
        record(ctx, row, s->name);
        return say(ctx, "BAD", "it is bad", ACLOAD_REJECT);
    default:
        return 77;
    }
}

static int flush(acload_ctx *ctx, int when) {
    struct state *s = ctx->state;
    ctx->host->log(ctx, ACLOAD_DEBUG, "%s flushed %d", s->name, when);
    if (s->end == END_FREE || s->end == END_FAIL_FREE)
        if (free_held(ctx, 0))
            return ACLOAD_FAIL;
    if (s->end == END_KEEP || s->end == END_FREE) {
        s->n_held = 0;
        return ACLOAD_OK;
    }
    return say(ctx, "BROKE", "the end is bad", ACLOAD_FAIL);
}

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,  .name = "puppet",
    .version = "1",      .summary = "Does what it is told",
    .options = options,  .state_size = sizeof(struct state),
    .open = open_plugin, .begin = begin,
    .row = row,          .flush = flush,
};

const acload_plugin *plugin_puppet(void) { return &plugin; }
