// SPDX-License-Identifier: MIT
// A plugin built with a later header: longer option rows, a descriptor with more callbacks.
#include <acload/plugin.h>

typedef struct {
    acload_option now;
    const char *since; // what later headers may add
    int64_t step;
} later_option;

typedef struct {
    acload_plugin now;
    int (*pause)(acload_ctx *);
    int (*resume)(acload_ctx *);
} later_plugin;

struct state {
    int64_t limit;
    const char *word;
    int mode;
};

static const later_option options[] = {
    {{"limit", ACLOAD_OPT_INT, offsetof(struct state, limit), "5", 1, 9, NULL, "How many."},
     "3.0",
     1},
    {{"word", ACLOAD_OPT_TEXT, offsetof(struct state, word), "blue", 0, 0, NULL, "Which one."},
     "3.1",
     0},
    {{"mode", ACLOAD_OPT_CHOICE, offsetof(struct state, mode), "slow", 0, 0, "fast|slow", "How."},
     "3.1",
     0},
    {{.name = NULL}, NULL, 0},
};

static int row(acload_ctx *ctx, acload_row *r) {
    const struct state *s = ctx->state;
    (void)r;
    if (ctx->host->size < sizeof *ctx->host)
        return ACLOAD_STOP;
    ctx->host->fail(ctx, "SEEN", "%d %s %d", (int)s->limit, s->word, s->mode);
    return ACLOAD_REJECT;
}

static int never(acload_ctx *ctx) {
    (void)ctx;
    return ACLOAD_FAIL;
}

static const later_plugin plugin = {
    {
        .size = sizeof(later_plugin),
        .abi = ACLOAD_ABI,
        .option_size = sizeof(later_option),
        .name = "later",
        .version = "9",
        .summary = "Built with a later header",
        .options = (const acload_option *)options,
        .state_size = sizeof(struct state),
        .row = row,
    },
    never,
    never,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin.now; }
