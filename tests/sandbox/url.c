// SPDX-License-Identifier: MIT
// URLs taken apart.
#include "url.h"

#include <string.h>
#include <strings.h>

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *sb_url_decode(struct sb_arena *a, const char *s, size_t len, bool plus, size_t *out_len) {
    char *out = sb_arena_get(a, len + 1);
    size_t n = 0;
    if (!out)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '%') {
            int high = i + 2 < len ? hex(s[i + 1]) : -1;
            int low = i + 2 < len ? hex(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            out[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[n++] = (char)(plus && s[i] == '+' ? ' ' : s[i]);
        }
    }
    out[n] = '\0';
    *out_len = n;
    return out;
}

static const char *decoded(struct sb_arena *a, const char *s, size_t len, size_t *n) {
    const char *v = sb_url_decode(a, s, len, true, n);
    if (v)
        return v;
    *n = len;
    return sb_arena_copy(a, s, len);
}

bool sb_url_params(struct sb_arena *a, const char *s, size_t len, struct sb_pairs *out) {
    size_t n = 1;
    for (size_t i = 0; i < len; i++)
        n += s[i] == '&';
    *out = (struct sb_pairs){.at = sb_arena_get(a, n * sizeof *out->at)};
    if (!out->at)
        return false;
    for (size_t from = 0; from < len;) {
        const char *end = memchr(s + from, '&', len - from);
        size_t part = end ? (size_t)(end - s) - from : len - from;
        const char *eq = memchr(s + from, '=', part);
        size_t name = eq ? (size_t)(eq - s) - from : part, ignored = 0;
        struct sb_pair *p = &out->at[out->n];
        p->name = decoded(a, s + from, name, &ignored);
        p->value = eq ? decoded(a, eq + 1, part - name - 1, &p->len) : "";
        if (!p->name || !p->value)
            return false;
        if (part > 0)
            out->n++;
        from += part + 1;
    }
    return true;
}

// The next part of a path; false at its end. Empty parts do not count.
static bool next_part(const char **s, const char **part, size_t *len) {
    *s += strspn(*s, "/");
    *part = *s;
    *len = strcspn(*s, "/");
    *s += *len;
    return *len > 0;
}

// v62.0 is 620.
static int read_version(const char *s, size_t len) {
    int v = 0;
    size_t i = 1;
    if (len < 4 || len > 6 || (s[0] != 'v' && s[0] != 'V'))
        return 0;
    for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
        v = v * 10 + (s[i] - '0');
    if (i == 1 || i + 2 != len || s[i] != '.' || s[i + 1] != '0')
        return 0;
    return v * 10;
}

bool sb_url_match(struct sb_arena *a, const char *path, const char *pattern,
                  char *part[SB_MAX_PARTS], int *version) {
    const char *want = NULL, *have = NULL;
    size_t want_len = 0, have_len = 0, n = 0, ignored = 0;
    *version = 0;
    for (;;) {
        bool more = next_part(&pattern, &want, &want_len);
        if (next_part(&path, &have, &have_len) != more)
            return false;
        if (!more)
            return true;
        if (want_len == 3 && memcmp(want, "{v}", 3) == 0) {
            *version = read_version(have, have_len);
            if (*version == 0)
                return false;
        } else if (want_len == 1 && *want == '*') {
            if (n == SB_MAX_PARTS)
                return false;
            part[n] = sb_url_decode(a, have, have_len, false, &ignored);
            if (!part[n++])
                return false;
        } else if (want_len != have_len || strncasecmp(want, have, have_len) != 0) {
            return false;
        }
    }
}

bool sb_url_glob(const char *pattern, const char *s) {
    const char *star = NULL, *from = NULL;
    while (*s || *pattern) {
        if (*pattern == '*') {
            star = ++pattern;
            from = s;
        } else if (*s && (*pattern == *s || *pattern == '?')) {
            pattern++;
            s++;
        } else if (star && *from) {
            s = ++from;
            pattern = star;
        } else {
            return false;
        }
    }
    return true;
}
