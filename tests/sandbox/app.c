// SPDX-License-Identifier: MIT
// The running org: what every route may need.
#include "app.h"

#include "save.h"
#include "times.h"

#include <errno.h>
#include <string.h>

bool sb_app_wait(struct sb_app *app, int64_t ms) {
    struct timespec until;
    int64_t at = sb_time_now_ms() + ms;
    until.tv_sec = at / 1000;
    until.tv_nsec = at % 1000 * 1000000;
    pthread_mutex_lock(&app->lock);
    int rc = 0;
    while (!app->stopping && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&app->wake, &app->lock, &until);
    bool go_on = !app->stopping;
    pthread_mutex_unlock(&app->lock);
    return go_on;
}

bool sb_app_is_stopping(struct sb_app *app) {
    pthread_mutex_lock(&app->lock);
    bool stopping = app->stopping;
    pthread_mutex_unlock(&app->lock);
    return stopping;
}

void sb_app_stop(struct sb_app *app) {
    pthread_mutex_lock(&app->lock);
    app->stopping = true;
    pthread_cond_broadcast(&app->wake);
    pthread_mutex_unlock(&app->lock);
}

uint64_t sb_app_draw(struct sb_app *app) {
    pthread_mutex_lock(&app->lock);
    uint64_t v = sb_chance_next(&app->chance);
    pthread_mutex_unlock(&app->lock);
    return v;
}

static void put(struct sb_input *row, const char *name, const char *value) {
    const struct sb_field *f = sb_object_field(row->object, name, strlen(name));
    if (f)
        row->cells[f->at] =
            (struct sb_cell){.kind = SB_TEXT, .len = strlen(value), .as.text = value};
}

static bool add(struct sb_save *s, struct sb_input *row, const char *object) {
    int64_t n = 0;
    row->object = sb_schema_object(s->schema, object);
    if (!row->object)
        return false;
    if (sb_store_count(s->store, row->object) > 0)
        return true; // a file that was there before
    row->cells = sb_arena_get(s->arena, row->object->n_fields * sizeof *row->cells);
    if (!row->cells)
        return false;
    put(row, "Name", "Local Org");
    put(row, "InstanceName", "LOC1");
    put(row, "OrganizationType", "Developer Edition");
    put(row, "FirstName", "Integration");
    put(row, "LastName", "User");
    put(row, "Alias", "integ");
    return sb_save_defaults(s, row) && sb_store_insert(s->store, row->object, row->cells, &n);
}

static bool add_user(struct sb_app *app, struct sb_save *s) {
    struct sb_input row = {0};
    if (!add(s, &row, "User"))
        return false;
    struct sb_cell *cells = sb_arena_get(s->arena, row.object->n_fields * sizeof *cells);
    row.cells = cells;
    if (!cells)
        return false;
    put(&row, "Username", app->options.username);
    put(&row, "Email", app->options.username);
    return sb_store_update(s->store, row.object, 1, cells);
}

bool sb_app_populate(struct sb_app *app) {
    struct sb_arena arena;
    sb_arena_init(&arena, 1u << 20);
    struct sb_save s = {.store = app->store,
                        .schema = app->schema,
                        .arena = &arena,
                        .tally = app->tally,
                        .user_id = app->user_id};
    struct sb_input org = {0};
    sb_store_lock(app->store);
    bool ok = add(&s, &org, "Organization") && add_user(app, &s);
    sb_store_unlock(app->store);
    sb_arena_free(&arena);
    return ok;
}
