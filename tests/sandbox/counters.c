// SPDX-License-Identifier: MIT
// What was asked of the org so far, counted.
#include "counters.h"

#include "times.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct rows {
    uint64_t n[SB_N_WHAT];
};

struct sb_tally {
    pthread_mutex_t lock;
    const struct sb_schema *schema;
    struct rows *rows; // one an object
    uint64_t *routes;
    size_t n_routes;
    uint64_t statuses[6]; // by hundreds
    uint64_t api, batches, upload_bytes, received_bytes;
    int64_t now_ms;
};

struct sb_tally *sb_counters_new(const struct sb_schema *s, size_t n_routes) {
    struct sb_tally *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->schema = s;
    t->n_routes = n_routes;
    t->rows = calloc(s->n_objects, sizeof *t->rows);
    t->routes = calloc(n_routes, sizeof *t->routes);
    if (!t->rows || !t->routes || pthread_mutex_init(&t->lock, NULL) != 0) {
        free(t->rows);
        free(t->routes);
        free(t);
        return NULL;
    }
    return t;
}

void sb_counters_free(struct sb_tally *t) {
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t->rows);
    free(t->routes);
    free(t);
}

void sb_counters_rows(struct sb_tally *t, const struct sb_object *o, enum sb_what what,
                      uint64_t n) {
    pthread_mutex_lock(&t->lock);
    t->rows[o->at].n[what] += n;
    pthread_mutex_unlock(&t->lock);
}

void sb_counters_row(struct sb_tally *t, const struct sb_object *o, enum sb_what what) {
    sb_counters_rows(t, o, what, 1);
}

void sb_counters_call(struct sb_tally *t, size_t route, int status, uint64_t received_bytes) {
    pthread_mutex_lock(&t->lock);
    if (route < t->n_routes)
        t->routes[route]++;
    if (status >= 100 && status < 600)
        t->statuses[status / 100]++;
    t->received_bytes += received_bytes;
    pthread_mutex_unlock(&t->lock);
}

static uint64_t add(struct sb_tally *t, uint64_t *what, uint64_t n) {
    pthread_mutex_lock(&t->lock);
    uint64_t v = *what += n;
    pthread_mutex_unlock(&t->lock);
    return v;
}

uint64_t sb_counters_api(struct sb_tally *t) { return add(t, &t->api, 1); }

uint64_t sb_counters_api_used(struct sb_tally *t) { return add(t, &t->api, 0); }

void sb_counters_batches(struct sb_tally *t, uint64_t n) { add(t, &t->batches, n); }

uint64_t sb_counters_batches_used(struct sb_tally *t) { return add(t, &t->batches, 0); }

void sb_counters_upload(struct sb_tally *t, uint64_t bytes) { add(t, &t->upload_bytes, bytes); }

void sb_counters_reset(struct sb_tally *t) {
    pthread_mutex_lock(&t->lock);
    memset(t->rows, 0, t->schema->n_objects * sizeof *t->rows);
    memset(t->routes, 0, t->n_routes * sizeof *t->routes);
    memset(t->statuses, 0, sizeof t->statuses);
    t->api = t->batches = t->upload_bytes = t->received_bytes = 0;
    pthread_mutex_unlock(&t->lock);
}

static void print_objects(struct sb_tally *t, struct sb_json *j) {
    static const char *const names[SB_N_WHAT] = {"created", "updated", "deleted", "failed"};
    for (size_t i = 0; i < t->schema->n_objects; i++) {
        uint64_t all = 0;
        for (int k = 0; k < SB_N_WHAT; k++)
            all += t->rows[i].n[k];
        if (all == 0)
            continue;
        sb_json_key(j, t->schema->objects[i].name);
        sb_json_open(j, '{');
        for (int k = 0; k < SB_N_WHAT; k++)
            sb_json_put_int(j, names[k], (int64_t)t->rows[i].n[k]);
        sb_json_close(j, '}');
    }
}

void sb_counters_print(struct sb_tally *t, struct sb_json *j, const char *(*name)(size_t i)) {
    uint64_t calls = 0;
    pthread_mutex_lock(&t->lock);
    sb_json_key(j, "calls");
    sb_json_open(j, '{');
    for (size_t i = 0; i < t->n_routes; i++) {
        calls += t->routes[i];
        if (t->routes[i] > 0)
            sb_json_put_int(j, name(i), (int64_t)t->routes[i]);
    }
    sb_json_close(j, '}');
    sb_json_put_int(j, "total", (int64_t)calls);
    sb_json_put_int(j, "api", (int64_t)t->api);
    sb_json_key(j, "statuses");
    sb_json_open(j, '{');
    for (int i = 1; i < 6; i++) {
        const char key[] = {(char)('0' + i), 'x', 'x', '\0'};
        if (t->statuses[i] > 0)
            sb_json_put_int(j, key, (int64_t)t->statuses[i]);
    }
    sb_json_close(j, '}');
    sb_json_put_int(j, "received_bytes", (int64_t)t->received_bytes);
    sb_json_put_int(j, "upload_bytes", (int64_t)t->upload_bytes);
    sb_json_put_int(j, "batches", (int64_t)t->batches);
    sb_json_key(j, "records");
    sb_json_open(j, '{');
    print_objects(t, j);
    sb_json_close(j, '}');
    pthread_mutex_unlock(&t->lock);
}

int64_t sb_counters_now(struct sb_tally *t) {
    int64_t now = sb_time_now_ms();
    pthread_mutex_lock(&t->lock);
    if (now < t->now_ms)
        now = t->now_ms;
    t->now_ms = now;
    pthread_mutex_unlock(&t->lock);
    return now;
}
