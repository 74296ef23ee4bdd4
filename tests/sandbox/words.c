// SPDX-License-Identifier: MIT
// Search terms: what they say, whether a text has them.
#include "words.h"

#include "fold.h"

#include <string.h>
#include <strings.h>

static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

struct reader {
    const char *s;
    size_t len, at;
    struct sb_arena *a;
    const char *why;
};

// A bare word or a phrase, its words parted by single blanks. NULL at the end or on failure.
static char *term(struct reader *r, bool *quoted) {
    while (r->at < r->len && !is_word(r->s[r->at]) && !strchr("\"*?\\", r->s[r->at]))
        r->at++;
    *quoted = false;
    if (r->at >= r->len)
        return NULL;
    char *out = sb_arena_get(r->a, r->len - r->at + 2);
    size_t n = 0;
    if (!out) {
        r->why = "no memory";
        return NULL;
    }
    *quoted = r->s[r->at] == '"';
    if (*quoted)
        r->at++;
    bool closed = !*quoted;
    for (; r->at < r->len; r->at++) {
        char c = r->s[r->at];
        if (c == '\\' && r->at + 1 < r->len) {
            c = ' ';
            r->at++;
        } else if (*quoted && c == '"') {
            r->at++;
            closed = true;
            break;
        } else if (!*quoted && (c == ' ' || c == '"' || c == '(' || c == ')')) {
            break;
        }
        if (is_word(c) || c == '*' || c == '?')
            out[n++] = c;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    if (!closed)
        r->why = "a quote is not closed";
    return closed ? out : NULL;
}

const char *sb_words_read(const char *s, size_t len, bool plain, struct sb_arena *a,
                          struct sb_term *terms, size_t *n) {
    struct reader r = {s, len, 0, a, NULL};
    bool either = false, without = false, quoted = false;
    char *t = NULL;
    *n = 0;
    while ((t = term(&r, &quoted)) != NULL) {
        if (!quoted && !plain && strcasecmp(t, "OR") == 0) {
            either = true;
        } else if (!quoted && !plain && strcasecmp(t, "AND") == 0) {
            either = false;
        } else if (!quoted && !plain && strcasecmp(t, "NOT") == 0) {
            without = true;
        } else if (*t) {
            if (*t == '*' || *t == '?')
                return "a wildcard stands at the beginning";
            if (*n == SB_MAX_TERMS)
                return "there are too many words";
            terms[(*n)++] = (struct sb_term){t, either, without};
            either = without = false;
        }
    }
    if (r.why)
        return r.why;
    return *n == 0 ? "there is no word to search for" : NULL;
}

static size_t word_end(const char *s, size_t len, size_t at) {
    while (at < len && is_word(s[at]))
        at++;
    return at;
}

// One word of the term, with its wildcards, against one of the text.
static bool same_word(const char *want, size_t want_len, const char *s, size_t len) {
    char pattern[512];
    size_t n = 0;
    if (want_len * 2 >= sizeof pattern)
        return false;
    for (size_t i = 0; i < want_len; i++)
        pattern[n++] = (char)(want[i] == '*' ? '%' : want[i] == '?' ? '_' : want[i]);
    return sb_fold_like(pattern, n, s, len, true);
}

bool sb_words_match(const char *term, size_t term_len, const char *text, size_t len) {
    for (size_t from = 0; from < len;) {
        while (from < len && !is_word(text[from]))
            from++;
        size_t at = from, t = 0;
        bool same = from < len;
        while (same && t < term_len) {
            const char *blank = memchr(term + t, ' ', term_len - t);
            size_t want = blank ? (size_t)(blank - term) - t : term_len - t;
            size_t end = word_end(text, len, at);
            same = end > at && same_word(term + t, want, text + at, end - at);
            t += want + 1;
            for (at = end; at < len && !is_word(text[at]); at++)
                ;
        }
        if (same)
            return true;
        from = word_end(text, len, from);
    }
    return false;
}
