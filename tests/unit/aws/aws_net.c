// SPDX-License-Identifier: MIT
// The scripted services: matching, recording, delivering piece by piece.
#include "aws/aws_net.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_BODY ((size_t)64 << 20)

struct aws_script {
    struct aws_answer answer;
    int n_left;
};

struct aws_flight {
    struct ac_http_call call;
    struct aws_answer answer;
    size_t number; // of the request
    struct ac_buf body;
    struct ac_http_reply reply;
    bool is_ready, is_over;
    size_t at;
};

struct aws_net aws_net;

static void *grow(void *array, size_t n, size_t size) {
    void *out = realloc(array, (n + 1) * size);
    ck_assert_ptr_nonnull(out);
    memset((char *)out + n * size, 0, size);
    return out;
}

static char *copy(const char *ptr, size_t len) {
    char *out = malloc(len + 1);
    ck_assert_ptr_nonnull(out);
    if (len)
        memcpy(out, ptr, len);
    out[len] = '\0';
    return out;
}

static char *join(const char *const *lines) {
    struct ac_buf all;
    ac_buf_init(&all, 1 << 20);
    for (; lines && *lines; lines++)
        ck_assert(ac_buf_printf(&all, "%s\n", *lines));
    ck_assert_ptr_nonnull(ac_buf_text(&all));
    return all.ptr;
}

static bool fits(const struct aws_asked *a, const char *method, const char *url) {
    return (!method || strcmp(method, a->method) == 0) &&
           ac_str_glob(ac_str_of(url), ac_str_of(a->url));
}

static struct aws_script *find(const struct aws_asked *a) {
    for (size_t i = 0; i < aws_net.n_script; i++) {
        struct aws_script *s = &aws_net.script[i];
        if (s->n_left && fits(a, s->answer.method, s->answer.url))
            return s;
    }
    ck_abort_msg("the test has no answer for %s %s", a->method, a->url);
    return NULL;
}

static enum ac_rc start(void *self, const struct ac_http_call *call, struct ac_err *err) {
    (void)self;
    if (aws_net.n_start_failures > 0) {
        aws_net.n_start_failures--;
        return ac_err_nomem(err, "a call");
    }
    ck_assert_ptr_nonnull(call->done);
    aws_net.asked = grow(aws_net.asked, aws_net.n_asked, sizeof *aws_net.asked);
    struct aws_asked *a = &aws_net.asked[aws_net.n_asked];
    *a = (struct aws_asked){.method = copy(call->method, strlen(call->method)),
                            .url = copy(call->url, strlen(call->url)),
                            .headers = join(call->headers),
                            .body = copy(call->body.ptr, call->body.len),
                            .timeout_ms = call->timeout_ms,
                            .idle_ms = call->idle_ms,
                            .is_direct = call->is_direct};
    struct aws_script *s = find(a);
    if (s->n_left > 0)
        s->n_left--;
    aws_net.flights = grow(aws_net.flights, aws_net.n_flights, sizeof *aws_net.flights);
    aws_net.flights[aws_net.n_flights++] =
        (struct aws_flight){.call = *call, .answer = s->answer, .number = aws_net.n_asked++};
    return AC_OK;
}

static void keep_headers(struct aws_flight *f) {
    struct ac_http_reply *r = &f->reply;
    for (const char *const *h = f->answer.headers; *h; h++) {
        ac_str line = ac_str_of(*h);
        ac_str name = ac_str_n(line.ptr, (size_t)ac_str_find(line, ':'));
        ac_str value = ac_str_trim(ac_str_skip(line, name.len + 1));
        const char *const *w = f->call.wanted;
        for (size_t i = 0; w && i < AC_HTTP_MAX_WANTED && w[i]; i++)
            if (ac_str_eq_nocase(name, ac_str_of(w[i])))
                snprintf(r->wanted[i], sizeof r->wanted[i], "%.*s", AC_STR_ARG(value));
        if (ac_str_eq_nocase(name, AC_STR("Last-Modified")))
            snprintf(r->last_modified, sizeof r->last_modified, "%.*s", AC_STR_ARG(value));
        if (ac_str_eq_nocase(name, AC_STR("Retry-After")))
            snprintf(r->retry_after, sizeof r->retry_after, "%.*s", AC_STR_ARG(value));
    }
}

static void prepare(struct aws_flight *f) {
    struct aws_answer *a = &f->answer;
    ac_buf_init(&f->body, MAX_BODY);
    if (a->fill)
        a->fill(a->arg, &aws_net.asked[f->number], a, &f->body);
    size_t len = !a->body ? 0 : a->body_len ? a->body_len : strlen(a->body);
    if (!f->body.len && len)
        ck_assert(ac_buf_add(&f->body, a->body, len));
    if (strcmp(aws_net.asked[f->number].method, "HEAD") == 0)
        f->body.len = 0;
    f->reply.end = a->end;
    f->reply.status = a->end != AC_HTTP_DONE ? 0 : a->status ? a->status : 200;
    snprintf(f->reply.why, sizeof f->reply.why, "%s", a->why ? a->why : "");
    keep_headers(f);
    f->is_ready = true;
    if (a->end == AC_HTTP_DONE && f->call.on_head && !f->call.on_head(f->call.arg, &f->reply)) {
        f->reply.end = AC_HTTP_STOPPED;
        f->is_over = true;
    }
}

// Pieces of a streamed body; true when it is over.
static bool stream(struct aws_flight *f) {
    size_t chunk = aws_net.chunk ? aws_net.chunk : 4096, end = f->body.len;
    bool is_cut = f->answer.cut_at && f->answer.cut_at < end;
    if (is_cut)
        end = f->answer.cut_at;
    for (size_t i = 0; f->at < end && (!aws_net.per_pump || i < aws_net.per_pump); i++) {
        if (f->call.is_full && f->call.is_full(f->call.arg))
            return false;
        size_t n = end - f->at < chunk ? end - f->at : chunk;
        f->at += n;
        if (f->at > aws_net.most_given)
            aws_net.most_given = f->at;
        if (!f->call.on_body(f->call.arg, ac_str_n(f->body.ptr + f->at - n, n))) {
            f->reply.end = AC_HTTP_STOPPED;
            return true;
        }
    }
    if (f->at < end)
        return false;
    if (is_cut) {
        f->reply.end = AC_HTTP_LOST;
        snprintf(f->reply.why, sizeof f->reply.why, "the connection broke");
    }
    return true;
}

static bool deliver(struct aws_flight *f) {
    if (f->answer.hangs)
        return false;
    if (!f->is_ready)
        prepare(f);
    bool is_streamed = f->call.on_body && f->reply.status >= 200 && f->reply.status < 300;
    if (!f->is_over && is_streamed)
        return stream(f);
    if (f->reply.end == AC_HTTP_DONE)
        f->reply.body = f->body;
    return true;
}

static enum ac_rc pump(void *self, int64_t wait_ms, struct ac_err *err) {
    (void)self;
    (void)wait_ms;
    (void)err;
    for (size_t i = 0; i < aws_net.n_flights;) {
        // Callbacks may start calls, which moves the array.
        struct aws_flight f = aws_net.flights[i];
        bool is_over = deliver(&f);
        aws_net.flights[i] = f;
        if (!is_over) {
            i++;
            continue;
        }
        aws_net.n_flights--;
        memmove(&aws_net.flights[i], &aws_net.flights[i + 1], (aws_net.n_flights - i) * sizeof f);
        f.call.done(f.call.arg, &f.reply);
        ac_buf_free(&f.body);
    }
    return AC_OK;
}

static size_t in_flight(void *self) {
    (void)self;
    return aws_net.n_flights;
}

void aws_setup_bare(void) {
    memset(&aws_net, 0, sizeof aws_net);
    aws_net.net = (struct ac_net){NULL, start, pump, in_flight};
    ac_clock_fake_init(&aws_net.clock, AWS_NOW_MS, 1);
    aws_setenv("AWS_EC2_METADATA_DISABLED", "true");
}

void aws_setup(void) {
    aws_setup_bare();
    aws_setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    aws_setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    aws_setenv("AWS_REGION", "eu-central-1");
}

void aws_teardown(void) {
    for (size_t i = 0; i < aws_net.n_flights; i++)
        ac_buf_free(&aws_net.flights[i].body);
    ac_aws_free(aws_net.aws);
    for (size_t i = 0; i < aws_net.n_asked; i++) {
        free(aws_net.asked[i].method);
        free(aws_net.asked[i].url);
        free(aws_net.asked[i].headers);
        free(aws_net.asked[i].body);
    }
    free(aws_net.asked);
    free(aws_net.flights);
    free(aws_net.script);
}

void aws_setenv(const char *name, const char *value) {
    size_t i = 0;
    while (i < aws_net.n_env && strcmp(aws_net.env[i][0], name) != 0)
        i++;
    ck_assert_uint_lt(i, AC_N(aws_net.env));
    aws_net.env[i][0] = name;
    aws_net.env[i][1] = value;
    if (i == aws_net.n_env)
        aws_net.n_env++;
}

const char *aws_getenv(void *arg, const char *name) {
    (void)arg;
    for (size_t i = 0; i < aws_net.n_env; i++)
        if (strcmp(aws_net.env[i][0], name) == 0)
            return aws_net.env[i][1];
    return NULL;
}

void aws_room_with(const struct ac_aws_options *options) {
    struct ac_aws_options mine = *options;
    mine.env = aws_getenv;
    ck_assert_ptr_null(aws_net.aws);
    ck_assert_int_eq(
        ac_aws_new(&aws_net.aws, &mine, &aws_net.net, &aws_net.clock.clock, &aws_net.err), AC_OK);
}

struct ac_aws *aws_room(void) {
    if (!aws_net.aws)
        aws_room_with(&(struct ac_aws_options){0});
    return aws_net.aws;
}

void aws_add(const struct aws_answer *answer) {
    aws_net.script = grow(aws_net.script, aws_net.n_script, sizeof *aws_net.script);
    aws_net.script[aws_net.n_script++] =
        (struct aws_script){*answer, answer->times ? answer->times : 1};
}

void aws_say(const char *url, int status, const char *body) {
    aws_add(&(struct aws_answer){.url = url, .status = status, .body = body});
}

void aws_keep_saying(const char *url, int status, const char *body) {
    aws_add(&(struct aws_answer){.url = url, .status = status, .body = body, .times = AWS_FOREVER});
}

size_t aws_count(const char *url) {
    size_t n = 0;
    for (size_t i = 0; i < aws_net.n_asked; i++)
        n += fits(&aws_net.asked[i], NULL, url);
    return n;
}

const struct aws_asked *aws_nth(const char *url, size_t i) {
    for (size_t at = 0; at < aws_net.n_asked; at++)
        if (fits(&aws_net.asked[at], NULL, url) && i-- == 0)
            return &aws_net.asked[at];
    ck_abort_msg("there was no such request to %s", url);
    return NULL;
}

const char *aws_header(const struct aws_asked *asked, const char *name) {
    static char values[4][16384];
    static size_t at;
    ac_str rest = ac_str_of(asked->headers), line, wanted = ac_str_of(name);
    while (ac_str_cut(&rest, '\n', &line)) {
        ptrdiff_t colon = ac_str_find(line, ':');
        if (colon < 0 || !ac_str_eq_nocase(ac_str_n(line.ptr, (size_t)colon), wanted))
            continue;
        ac_str value = ac_str_trim(ac_str_skip(line, (size_t)colon + 1));
        char *out = values[at++ % AC_N(values)];
        ck_assert_uint_lt(value.len, sizeof *values);
        memcpy(out, value.ptr, value.len);
        out[value.len] = '\0';
        return out;
    }
    return NULL;
}

const char *aws_write(const char *name, const char *text) {
    static char path[4096];
    const char *dir = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/%s", dir ? dir : "/tmp", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}
