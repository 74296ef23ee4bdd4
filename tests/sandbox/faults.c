// SPDX-License-Identifier: MIT
// A plan of what goes wrong, for which call.
#include "faults.h"

#include "plan.h"
#include "url.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sb_faults {
    pthread_mutex_t lock;
    struct sb_plan *plan;
};

struct sb_faults *sb_faults_new(void) {
    struct sb_faults *f = calloc(1, sizeof *f);
    if (f && pthread_mutex_init(&f->lock, NULL) != 0) {
        free(f);
        return NULL;
    }
    return f;
}

void sb_faults_free(struct sb_faults *f) {
    if (!f)
        return;
    sb_plan_free(f->plan);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

void sb_faults_set(struct sb_faults *f, struct sb_plan *p) {
    pthread_mutex_lock(&f->lock);
    struct sb_plan *old = f->plan;
    f->plan = p;
    pthread_mutex_unlock(&f->lock);
    sb_plan_free(old);
}

static bool fires(struct sb_rule *r) {
    bool now = r->always || (r->nth > 0 && r->matched == r->nth) ||
               (r->every > 0 && r->matched % r->every == 0);
    if (r->share >= 0 && sb_chance_share(&r->chance) < r->share)
        now = true;
    return now && (r->times == 0 || r->fired < r->times);
}

// The plan may be replaced while the request is answered: its words are copied.
static void take(struct sb_req *req, struct sb_rule *r) {
    struct sb_fault f = r->fault;
    if (f.body)
        f.body = sb_arena_copy(&req->arena, f.body, f.body_len);
    if (f.body_len > 0 && !f.body)
        f.body_len = 0;
    if (f.headers.n > 0)
        f.headers.at = sb_arena_get(&req->arena, f.headers.n * sizeof *f.headers.at);
    if (!f.headers.at)
        f.headers.n = 0;
    for (size_t i = 0; i < f.headers.n; i++) {
        const struct sb_pair *from = &r->fault.headers.at[i];
        f.headers.at[i] = (struct sb_pair){sb_arena_text(&req->arena, from->name),
                                           sb_arena_text(&req->arena, from->value), from->len};
    }
    if (f.lock_share > 0) {
        f.locked.code = sb_arena_text(&req->arena, f.locked.code);
        f.locked.message = sb_arena_text(&req->arena, f.locked.message);
        if (f.lock_like)
            f.lock_like = sb_arena_text(&req->arena, f.lock_like);
        if (!f.locked.code || !f.locked.message)
            f.lock_share = 0;
    }
    req->fault = f;
    req->fault_chance.state = sb_chance_next(&r->chance);
}

void sb_faults_match(struct sb_req *req) {
    struct sb_faults *f = req->app->faults;
    pthread_mutex_lock(&f->lock);
    bool done = false;
    for (size_t i = 0; f->plan && i < f->plan->n; i++) {
        struct sb_rule *r = &f->plan->rules[i];
        if ((strcmp(r->method, "*") != 0 && strcmp(r->method, req->method) != 0) ||
            !sb_url_glob(r->glob, req->path))
            continue;
        r->matched++;
        if (!fires(r) || done)
            continue;
        r->fired++;
        done = true;
        take(req, r);
    }
    pthread_mutex_unlock(&f->lock);
}

void sb_faults_print(struct sb_faults *f, struct sb_json *j) {
    sb_json_open(j, '[');
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; f->plan && i < f->plan->n; i++) {
        const struct sb_rule *r = &f->plan->rules[i];
        char *text = json_dumps(r->source, JSON_COMPACT);
        sb_json_open(j, '{');
        sb_json_key(j, "rule");
        if (text)
            sb_json_raw(j, text, strlen(text));
        else
            sb_json_null(j);
        free(text);
        sb_json_put_int(j, "matched", r->matched);
        sb_json_put_int(j, "fired", r->fired);
        sb_json_close(j, '}');
    }
    pthread_mutex_unlock(&f->lock);
    sb_json_close(j, ']');
}
