// SPDX-License-Identifier: MIT
// Reads a fault plan.
#include "plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RULES 1000u

struct reading {
    struct sb_plan *p;
    uint64_t seed;
    size_t at; // number of the rule, from 1
    char *why;
    size_t why_size;
};

static bool complain(struct reading *r, const char *name, const char *what) {
    snprintf(r->why, r->why_size, "rule %zu: %s: %s", r->at, name, what);
    return false;
}

static bool take_number(struct reading *r, const char *name, json_t *v, int64_t min, int64_t max,
                        int64_t *out) {
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
        char text[80];
        snprintf(text, sizeof text, "a whole number from %lld to %lld is needed", (long long)min,
                 (long long)max);
        return complain(r, name, text);
    }
    *out = json_integer_value(v);
    return true;
}

static bool take_share(struct reading *r, const char *name, json_t *v, double *out) {
    double share = json_number_value(v);
    if (!json_is_number(v) || !(share >= 0 && share <= 1))
        return complain(r, name, "a number from 0.0 to 1.0 is needed");
    *out = share;
    return true;
}

static bool take_flag(struct reading *r, const char *name, json_t *v, bool *out) {
    if (!json_is_boolean(v))
        return complain(r, name, "true or false is needed");
    *out = json_is_true(v);
    return true;
}

static bool take_text(struct reading *r, const char *name, json_t *v, const char **out) {
    if (!json_is_string(v))
        return complain(r, name, "a string is needed");
    *out = sb_arena_text(&r->p->arena, json_string_value(v));
    return *out != NULL;
}

static bool take_route(struct reading *r, json_t *v, struct sb_rule *rule) {
    const char *s = json_string_value(v);
    const char *blank = s ? strchr(s, ' ') : NULL;
    if (!blank || blank == s || (size_t)(blank - s) >= sizeof rule->method || blank[1] == '\0')
        return complain(r, "route", "\"METHOD PATHGLOB\" is needed");
    snprintf(rule->method, sizeof rule->method, "%.*s", (int)(blank - s), s);
    rule->glob = sb_arena_text(&r->p->arena, blank + 1);
    return rule->glob != NULL;
}

static bool take_body(struct reading *r, json_t *v, struct sb_fault *f) {
    if (json_is_string(v)) {
        f->body = sb_arena_copy(&r->p->arena, json_string_value(v), json_string_length(v));
        f->body_len = json_string_length(v);
        return f->body != NULL;
    }
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    f->body = text ? sb_arena_text(&r->p->arena, text) : NULL;
    free(text);
    if (!f->body)
        return complain(r, "body", "too large");
    f->body_len = strlen(f->body);
    return true;
}

static bool header_text(const char *s, const char *never) {
    for (; s && *s; s++)
        if ((unsigned char)*s < 0x20 || strchr(never, *s))
            return false;
    return s != NULL;
}

static bool take_headers(struct reading *r, json_t *v, struct sb_fault *f) {
    const char *name = NULL;
    json_t *value = NULL;
    if (!json_is_object(v) || json_object_size(v) > SB_MAX_EXTRA / 2)
        return complain(r, "headers", "an object of at most 6 headers is needed");
    f->headers.at = sb_arena_get(&r->p->arena, (json_object_size(v) + 1) * sizeof *f->headers.at);
    if (!f->headers.at)
        return false;
    json_object_foreach(v, name, value) {
        if (name[0] == '\0' || !header_text(name, " :\t") ||
            !header_text(json_string_value(value), ""))
            return complain(r, "headers", "a name with a string is needed");
        f->headers.at[f->headers.n++] = (struct sb_pair){
            sb_arena_text(&r->p->arena, name),
            sb_arena_text(&r->p->arena, json_string_value(value)), json_string_length(value)};
    }
    return true;
}

static bool take_word(struct reading *r, const char *name, json_t *v, const char *a, bool *is_a,
                      const char *b, bool *is_b) {
    const char *s = json_string_value(v);
    *is_a = s && strcmp(s, a) == 0;
    *is_b = s && strcmp(s, b) == 0;
    char text[80];
    snprintf(text, sizeof text, "\"%s\" or \"%s\" is needed", a, b);
    return *is_a || *is_b || complain(r, name, text);
}

static const char known[] = "route nth every share seed times delay_ms status body headers code "
                            "message commit cut truncate endless drip_ms rows lock_share row_code "
                            "row_message row_like job";

static bool take_member(struct reading *r, const char *name, json_t *v, struct sb_rule *rule) {
    struct sb_fault *f = &rule->fault;
    int64_t n = 0;
    bool ok = true;
    if (strcmp(name, "route") == 0)
        return take_route(r, v, rule);
    if (strcmp(name, "nth") == 0)
        return take_number(r, name, v, 1, INT32_MAX, &rule->nth);
    if (strcmp(name, "every") == 0)
        return take_number(r, name, v, 1, INT32_MAX, &rule->every);
    if (strcmp(name, "times") == 0)
        return take_number(r, name, v, 1, INT32_MAX, &rule->times);
    if (strcmp(name, "delay_ms") == 0)
        return take_number(r, name, v, 0, 86400000, &f->delay_ms);
    if (strcmp(name, "drip_ms") == 0)
        return take_number(r, name, v, 0, 86400000, &f->drip_ms);
    if (strcmp(name, "truncate") == 0)
        return take_number(r, name, v, 0, INT32_MAX, &f->truncate);
    if (strcmp(name, "rows") == 0)
        return take_number(r, name, v, -200, 200, &f->rows);
    if (strcmp(name, "share") == 0)
        return take_share(r, name, v, &rule->share);
    if (strcmp(name, "lock_share") == 0)
        return take_share(r, name, v, &f->lock_share);
    if (strcmp(name, "commit") == 0)
        return take_flag(r, name, v, &f->commit);
    if (strcmp(name, "endless") == 0)
        return take_flag(r, name, v, &f->endless);
    if (strcmp(name, "body") == 0)
        return take_body(r, v, f);
    if (strcmp(name, "headers") == 0)
        return take_headers(r, v, f);
    if (strcmp(name, "cut") == 0)
        return take_word(r, name, v, "before", &f->cut_before, "after", &f->cut_after);
    if (strcmp(name, "job") == 0)
        return take_word(r, name, v, "fail_half", &f->fail_half, "stick", &f->stick);
    if (strcmp(name, "code") == 0 || strcmp(name, "message") == 0)
        return json_is_string(v) || complain(r, name, "a string is needed");
    if (strcmp(name, "row_code") == 0)
        return take_text(r, name, v, &f->locked.code);
    if (strcmp(name, "row_message") == 0)
        return take_text(r, name, v, &f->locked.message);
    if (strcmp(name, "row_like") == 0)
        return take_text(r, name, v, &f->lock_like);
    if (strcmp(name, "seed") == 0) {
        ok = take_number(r, name, v, 0, INT64_MAX, &n);
        rule->chance.state = (uint64_t)n;
        return ok;
    }
    if (strcmp(name, "status") == 0) {
        ok = take_number(r, name, v, 200, 599, &n);
        f->status = (int)n;
        return ok;
    }
    char text[400];
    snprintf(text, sizeof text, "no such member; known are %s", known);
    return complain(r, name, text);
}

// What the org says with a status when the rule does not.
static bool usual_body(struct reading *r, json_t *o, struct sb_fault *f) {
    static const struct {
        int status;
        const char *code, *message;
    } usual[] = {
        {401, "INVALID_SESSION_ID", "Session expired or invalid"},
        {403, "REQUEST_LIMIT_EXCEEDED",
         "ConcurrentRequests (Concurrent API Requests) Limit exceeded."},
        {404, "NOT_FOUND", "The requested resource does not exist"},
        {500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId"},
        {503, "SERVER_UNAVAILABLE", "Server Unavailable"},
    };
    const char *code = json_string_value(json_object_get(o, "code"));
    const char *message = json_string_value(json_object_get(o, "message"));
    if (f->status == 0 && !code)
        return true;
    if (f->status == 0)
        f->status = 400;
    if (f->body)
        return true;
    for (size_t i = 0; !code && i < sizeof usual / sizeof usual[0]; i++) {
        if (usual[i].status == f->status) {
            code = usual[i].code;
            message = message ? message : usual[i].message;
        }
    }
    if (!code) {
        f->body = sb_arena_format(&r->p->arena,
                                  "<html><head><title>Error</title></head><body><h1>%d</h1>"
                                  "</body></html>\n",
                                  f->status);
    } else {
        json_t *v = json_pack("[{s:s, s:s}]", "message", message ? message : "", "errorCode", code);
        char *text = v ? json_dumps(v, JSON_COMPACT) : NULL;
        f->body = text ? sb_arena_text(&r->p->arena, text) : NULL;
        free(text);
        json_decref(v);
    }
    f->body_len = f->body ? strlen(f->body) : 0;
    return f->body != NULL;
}

static bool read_rule(struct reading *r, json_t *o, struct sb_rule *rule) {
    const char *name = NULL;
    json_t *v = NULL;
    *rule = (struct sb_rule){.source = o, .method = "*", .glob = "/services/data/*", .share = -1};
    rule->chance.state = r->seed + r->at;
    rule->fault.truncate = -1;
    rule->fault.locked = (struct sb_fail){
        .code = "UNABLE_TO_LOCK_ROW",
        .message = "unable to obtain exclusive access to this record",
    };
    if (!json_is_object(o))
        return complain(r, "rule", "an object is needed");
    json_object_foreach(o, name, v) {
        if (!take_member(r, name, v, rule))
            return false;
    }
    if (!usual_body(r, o, &rule->fault))
        return complain(r, "body", "no memory");
    if (rule->fault.lock_like && rule->fault.lock_share == 0)
        rule->fault.lock_share = 1; // all of them
    rule->always = rule->nth == 0 && rule->every == 0 && rule->share < 0;
    rule->fault.hit = true;
    return true;
}

struct sb_plan *sb_plan_read(const char *s, size_t len, uint64_t seed, char *why, size_t why_size) {
    json_error_t e = {0};
    struct sb_plan *p = calloc(1, sizeof *p);
    if (!p) {
        snprintf(why, why_size, "no memory");
        return NULL;
    }
    sb_arena_init(&p->arena, (size_t)64 << 20);
    struct reading r = {p, seed, 0, why, why_size};
    p->root = sb_json_read(s, len, &e);
    if (!p->root) {
        snprintf(why, why_size, "line %d: %s", e.line, e.text);
        sb_plan_free(p);
        return NULL;
    }
    size_t n = json_array_size(p->root);
    p->rules = sb_arena_get(&p->arena, (n + 1) * sizeof *p->rules);
    if (!json_is_array(p->root) || n > MAX_RULES || !p->rules) {
        snprintf(why, why_size, "a fault plan is an array of at most %u rules", MAX_RULES);
        sb_plan_free(p);
        return NULL;
    }
    for (; p->n < n; p->n++) {
        r.at = p->n + 1;
        if (!read_rule(&r, json_array_get(p->root, p->n), &p->rules[p->n])) {
            sb_plan_free(p);
            return NULL;
        }
    }
    return p;
}

struct sb_plan *sb_plan_load(const char *file, uint64_t seed, char *why, size_t why_size) {
    struct sb_buf text;
    char piece[4096], inner[300] = "";
    size_t n = 0;
    FILE *f = fopen(file, "r");
    sb_buf_init(&text, 16u << 20);
    while (f && (n = fread(piece, 1, sizeof piece, f)) > 0)
        sb_buf_add(&text, piece, n);
    struct sb_plan *p = NULL;
    if (!f || ferror(f) || text.failed)
        snprintf(inner, sizeof inner, "cannot be read");
    else
        p = sb_plan_read(text.at, text.len, seed, inner, sizeof inner);
    if (f)
        fclose(f);
    sb_buf_free(&text);
    if (!p)
        snprintf(why, why_size, "%s: %s", file, inner);
    return p;
}

void sb_plan_free(struct sb_plan *p) {
    if (!p)
        return;
    json_decref(p->root);
    sb_arena_free(&p->arena);
    free(p);
}

size_t sb_plan_count(const struct sb_plan *p) { return p->n; }
