// SPDX-License-Identifier: MIT
// A request made ready for the network, signed.
#include "aws/aws_int.h"

#define MAX_PAIRS 18u // the request's own with host, date, hash, token

struct signing {
    const struct ac_aws_request *request;
    struct ac_buf *head;
    const char **lines;
    size_t n_lines;
    ac_str host, prefix; // of the base
    struct ac_buf path;
    struct ac_sigv4_pair pairs[MAX_PAIRS];
    size_t n_pairs;
};

// "https://host:443/prefix/": the host as the client will name it, the path all others follow.
static bool split_base(struct signing *s) {
    ac_str base = ac_str_of(s->request->base);
    bool is_plain = ac_str_starts(base, AC_STR("http://"));
    if (!is_plain && !ac_str_starts(base, AC_STR("https://")))
        return false;
    base = ac_str_skip(base, is_plain ? 7 : 8);
    ptrdiff_t slash = ac_str_find(base, '/');
    s->host = slash < 0 ? base : ac_str_n(base.ptr, (size_t)slash);
    s->prefix = slash < 0 ? AC_STR("") : ac_str_skip(base, (size_t)slash);
    while (s->prefix.len && s->prefix.ptr[s->prefix.len - 1] == '/')
        s->prefix.len--;
    ac_str port = is_plain ? AC_STR(":80") : AC_STR(":443");
    if (ac_str_ends(s->host, port))
        s->host.len -= port.len;
    return s->host.len > 0;
}

static bool add_url(struct signing *s) {
    const struct ac_aws_request *r = s->request;
    const char *path = r->path && *r->path ? r->path : "/";
    if (!ac_buf_add_str(&s->path, s->prefix) || !ac_buf_add_str(&s->path, ac_str_of(path)))
        return false;
    size_t base_len = strlen(r->base);
    while (base_len && r->base[base_len - 1] == '/')
        base_len--;
    return ac_buf_add(s->head, r->base, base_len) && ac_buf_add_str(s->head, ac_str_of(path)) &&
           (!r->n_query ||
            (ac_buf_add_char(s->head, '?') && ac_sigv4_query(s->head, r->query, r->n_query))) &&
           ac_buf_add_char(s->head, '\0');
}

// A line break in a value would begin another header.
static bool is_value(ac_str s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7F)
            return false;
    return true;
}

static bool add_line(struct signing *s, const char *name, ac_str value) {
    if (s->n_lines == AC_AWS_MAX_LINES || !is_value(value))
        return false;
    s->lines[s->n_lines++] = s->head->ptr + s->head->len;
    return ac_buf_add_str(s->head, ac_str_of(name)) && ac_buf_add_str(s->head, AC_STR(": ")) &&
           ac_buf_add_str(s->head, value) && ac_buf_add_char(s->head, '\0');
}

// A header that is signed. The value must stay where it is.
static bool add_pair(struct signing *s, ac_str name, ac_str value) {
    char text[128];
    if (s->n_pairs == MAX_PAIRS || name.len >= sizeof text)
        return false;
    s->pairs[s->n_pairs++] = (struct ac_sigv4_pair){name, value};
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return add_line(s, text, value);
}

static bool add_authorization(struct signing *s, const struct ac_aws_keys *keys, ac_str date,
                              ac_str payload) {
    const struct ac_aws_request *r = s->request;
    struct ac_sigv4_request what = {.form = r->is_s3 ? AC_SIGV4_S3 : AC_SIGV4_GENERAL,
                                    .method = ac_str_of(r->method),
                                    .path = ac_buf_str(&s->path),
                                    .query = r->query,
                                    .n_query = r->n_query,
                                    .headers = s->pairs,
                                    .n_headers = s->n_pairs,
                                    .payload_hash = payload};
    struct ac_sigv4_scope scope = {date, ac_str_of(r->region), ac_str_of(r->service)};
    AC_CLEANUP(ac_buf_free) struct ac_buf value;
    ac_buf_init(&value, 4096);
    return ac_sigv4_authorization(&value, &what, &scope, ac_str_of(keys->access_key),
                                  ac_str_of(keys->secret_key)) &&
           add_line(s, "Authorization", ac_buf_str(&value));
}

static bool sign(struct signing *s, const struct ac_aws_keys *keys, int64_t now_ms) {
    const struct ac_aws_request *r = s->request;
    char date[17], hash[65] = AC_SIGV4_UNSIGNED;
    bool is_unsigned = r->is_s3 && r->is_unsigned;
    if (!split_base(s) || !add_url(s) || !add_pair(s, AC_STR("Host"), s->host))
        return false;
    if (!is_unsigned && !ac_sigv4_hash(r->body, hash))
        return false;
    ac_sigv4_date(now_ms, date);
    for (size_t i = 0; i < r->n_headers; i++)
        if (!add_pair(s, r->headers[i].name, r->headers[i].value))
            return false;
    // An object comes as it is stored. Others may change this header on the way: it is not signed.
    if (r->on_body && !add_line(s, "Accept-Encoding", AC_STR("identity")))
        return false;
    if (!keys)
        return true;
    if (!add_pair(s, AC_STR("X-Amz-Date"), ac_str_of(date)) ||
        (r->is_s3 && !add_pair(s, AC_STR("X-Amz-Content-Sha256"), ac_str_of(hash))) ||
        (keys->token[0] && !add_pair(s, AC_STR("X-Amz-Security-Token"), ac_str_of(keys->token))))
        return false;
    return add_authorization(s, keys, ac_str_of(date), ac_str_of(hash));
}

bool ac_aws_sign(const struct ac_aws_request *request, const struct ac_aws_keys *keys,
                 int64_t now_ms, struct ac_buf *head, const char *lines[AC_AWS_MAX_LINES + 1]) {
    struct signing s = {.request = request, .head = head, .lines = lines};
    ac_buf_init(&s.path, AC_AWS_MAX_HEAD);
    ac_buf_clear(head);
    bool good = ac_buf_need(head, AC_AWS_MAX_HEAD) && sign(&s, keys, now_ms);
    lines[s.n_lines] = NULL;
    ac_buf_free(&s.path);
    return good;
}
