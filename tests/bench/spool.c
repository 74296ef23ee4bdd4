// SPDX-License-Identifier: MIT
// Reading, mapping, spooling without any org: spool STATE-DIR|- PLUGIN-DIR SCHEMA-DIR FILE
//
// The pipeline is the real one up to the sink; this sink says at once that everything is written.
// With - for the state directory there is no ledger: no digest of the file, no versions of keys.
#include "base/json_memory.h"
#include "base/log.h"
#include "engine/engine.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct nowhere {
    const struct ac_sink_events *events;
    struct ac_batch *waiting[64];
    size_t n;
    uint64_t bytes;
};

static enum ac_rc nowhere_send(void *self, struct ac_batch *b, struct ac_err *err) {
    struct nowhere *s = self;
    if (s->n == AC_N(s->waiting))
        return ac_err_nomem(err, "batches");
    s->waiting[s->n++] = b;
    return AC_OK;
}

static enum ac_rc nowhere_pump(void *self, int64_t wait_ms, struct ac_err *err) {
    struct nowhere *s = self;
    (void)wait_ms;
    while (s->n) {
        struct ac_batch *b = s->waiting[--s->n];
        s->bytes += ac_batch_bytes(b);
        ac_batch_settle_rest(b, 0, ac_batch_n(b), AC_RECORD_WRITTEN);
        enum ac_rc rc = s->events->settled(s->events->arg, b, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_END;
}

static size_t nowhere_pending(void *self) { return ((struct nowhere *)self)->n; }

static void nowhere_close(void *self) { (void)self; }

static enum ac_rc nowhere_open(struct ac_sink *out, const struct ac_sink_events *events, void *arg,
                               struct ac_err *err) {
    (void)err;
    ((struct nowhere *)arg)->events = events;
    *out = (struct ac_sink){.self = arg,
                            .send = nowhere_send,
                            .pump = nowhere_pump,
                            .pending = nowhere_pending,
                            .close = nowhere_close};
    return AC_OK;
}

static const char *no_env(void *arg, const char *name) {
    (void)arg;
    (void)name;
    return NULL;
}

static int fail(const struct ac_err *err) {
    ac_log_error(err);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    ac_json_memory_begin();
    struct ac_err err = AC_ERR_INIT;
    struct ac_arena arena;
    struct ac_config config;
    struct ac_item item;
    struct nowhere nowhere = {0};
    const char *dirs[] = {argv[2], NULL};
    struct ac_config_flags flags = {.state = argv[1], .plugin_dirs = dirs, .schema_dir = argv[3]};
    ac_arena_init(&arena, (size_t)16 << 20);
    if (ac_config_load(&flags, no_env, NULL, &arena, &config, &err) != AC_OK)
        return fail(&err);
    config.ns = "";
    struct ac_engine_options options = {.config = &config,
                                        .clock = ac_clock_system(),
                                        .command = "bench",
                                        .job = "",
                                        .region = "",
                                        .dry_run = strcmp(argv[1], "-") == 0,
                                        .dry_out = stdout,
                                        .temp_dir = getenv("TMPDIR"),
                                        .open_sink = nowhere_open,
                                        .sink_arg = &nowhere};
    struct ac_engine *e = NULL;
    if (ac_engine_open(&e, &options, &err) != AC_OK ||
        ac_source_item(argv[4], &arena, &item, &err) != AC_OK ||
        ac_engine_input(e, &item, &err) != AC_OK || ac_engine_finish(e, &err) != AC_OK)
        return fail(&err);
    const struct ac_stats *stats = ac_engine_stats(e);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", stats->counts.read, stats->counts.written,
           nowhere.bytes);
    ac_engine_close(e);
    ac_arena_free(&arena);
    return 0;
}
