// SPDX-License-Identifier: MIT
// A plugin that inserts: sheets with a Phone column become calls without any external id.
#include <acload/plugin.h>

struct state {
    int column, object, phone;
};

static int calls_begin(acload_ctx *ctx, const acload_input *input) {
    struct state *s = ctx->state;
    (void)input;
    s->column = ctx->host->column(ctx, "Phone");
    s->object = ctx->host->object(ctx, "Call_Campaign__c", NULL, ACLOAD_INSERT);
    if (s->column < 0)
        ctx->host->fail(ctx, "MISSING_COLUMN", "has no column Phone");
    if (s->column < 0 || s->object < 0)
        return ACLOAD_FAIL;
    s->phone = ctx->host->field(ctx, s->object, "Phone_Number__c", NULL);
    return s->phone < 0 ? ACLOAD_FAIL : ACLOAD_OK;
}

static int calls_row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    acload_record *r = ctx->host->record(ctx, s->object, row);
    if (ctx->host->set(r, s->phone, ctx->host->get(row, s->column)) != ACLOAD_OK ||
        ctx->host->emit(ctx, r) != ACLOAD_OK)
        return ACLOAD_REJECT;
    return ACLOAD_PASS;
}

static const acload_plugin descriptor = {
    ACLOAD_PLUGIN_INIT,
    .name = "calls",
    .version = "1",
    .summary = "inserts a call for every phone number",
    .state_size = sizeof(struct state),
    .begin = calls_begin,
    .row = calls_row,
};

const acload_plugin *acload_plugin_entry(void) { return &descriptor; }
