// SPDX-License-Identifier: MIT
// The actor's callbacks: each plays what the test gave it.
#include "plugin_actor.h"

struct plugin_actor plugin_actor;

static int bid(acload_ctx *ctx, const acload_sample *sample, acload_bid *b) {
    plugin_actor.sample = sample;
    return plugin_actor.bid ? plugin_actor.bid(ctx, b) : ACLOAD_OK;
}

static int open_plugin(acload_ctx *ctx) {
    plugin_actor.n_open++;
    return plugin_actor.open ? plugin_actor.open(ctx) : ACLOAD_OK;
}

static int begin(acload_ctx *ctx, const acload_input *input) {
    return plugin_actor.begin ? plugin_actor.begin(ctx, input) : ACLOAD_OK;
}

static int row(acload_ctx *ctx, acload_row *r) {
    return plugin_actor.row ? plugin_actor.row(ctx, r) : ACLOAD_PASS;
}

static int flush(acload_ctx *ctx, int when) {
    return plugin_actor.flush ? plugin_actor.flush(ctx, when) : ACLOAD_OK;
}

static void close_plugin(acload_ctx *ctx) {
    (void)ctx;
    plugin_actor.n_close++;
}

const acload_plugin *plugin_actor_new(void) {
    static const acload_plugin plugin = {
        ACLOAD_PLUGIN_INIT, .name = "actor",
        .version = "1",     .summary = "Plays what a test wants",
        .bid = bid,         .open = open_plugin,
        .begin = begin,     .row = row,
        .flush = flush,     .close = close_plugin,
    };
    plugin_actor = (struct plugin_actor){.object = -1};
    return &plugin;
}

int plugin_actor_bind(acload_ctx *ctx, const acload_input *input) {
    static const char *const names[] = {"Id__c", "Name__c", "Amount__c", "Note__c"};
    (void)input;
    int object = ctx->host->object(ctx, "Score__c", "Id__c", ACLOAD_UPSERT);
    plugin_actor.object = object;
    if (object < 0)
        return ACLOAD_FAIL;
    for (size_t i = 0; i < AC_N(names); i++)
        plugin_actor.field[i] = ctx->host->field(ctx, object, names[i], NULL);
    return ACLOAD_OK;
}
