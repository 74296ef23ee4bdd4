// SPDX-License-Identifier: MIT
// What was asked, kept so that it can be asked again.
#include "tape.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// curl makes these anew, from the URL and from the body.
static bool is_curls_own(const char *name) {
    return strcasecmp(name, "Host") == 0 || strcasecmp(name, "Content-Length") == 0 ||
           strcasecmp(name, "Connection") == 0;
}

static void quote(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
}

static bool keep_body(struct sb_req *req, const char *path) {
    FILE *out = fopen(path, "we");
    bool good = out && fwrite(req->body.at, 1, req->body.len, out) == req->body.len;
    return (out && fclose(out) == 0) && good;
}

static bool add(struct sb_req *req, const char *dir, unsigned n) {
    const char *body = sb_arena_format(&req->arena, "%s/%u.body", dir, n);
    const char *list = sb_arena_format(&req->arena, "%s/requests", dir);
    if (!body || !list || (req->body.len > 0 && !keep_body(req, body)))
        return false;
    FILE *out = fopen(list, "ae");
    if (!out)
        return false;
    fprintf(out, "%surl = \"", n > 1 ? "next\n" : "");
    quote(out, req->app->base_url);
    quote(out, req->uri);
    fprintf(out, "\"\noutput = \"/dev/null\"\nsilent\nfail\n");
    if (strcmp(req->method, "HEAD") == 0)
        fputs("head\n", out);
    else
        fprintf(out, "request = \"%s\"\n", req->method);
    for (size_t i = 0; i < req->headers.n; i++) {
        const struct sb_pair *h = &req->headers.at[i];
        if (is_curls_own(h->name))
            continue;
        fprintf(out, "header = \"%s: ", h->name);
        quote(out, h->value);
        fputs("\"\n", out);
    }
    if (req->body.len > 0) {
        fputs("data-binary = \"@", out);
        quote(out, body);
        fputs("\"\n", out);
    }
    return fclose(out) == 0;
}

void sb_tape_add(struct sb_req *req) {
    const char *dir = req->app->options.tape;
    if (!dir || (req->route && (req->route->flags & SB_ADMIN)))
        return;
    pthread_mutex_lock(&req->app->lock);
    if (!add(req, dir, ++req->app->n_taped))
        fprintf(stderr, "acload-sandbox: %s: a request cannot be kept there\n", dir);
    pthread_mutex_unlock(&req->app->lock);
}
