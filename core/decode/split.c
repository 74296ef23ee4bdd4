// SPDX-License-Identifier: MIT
// Cells cut out of a row's text.
#include "decode/split.h"

static bool is_blank(char c, char delimiter) { return (c == ' ' || c == '\t') && c != delimiter; }

static size_t skip_blanks(ac_str raw, size_t at, char delimiter) {
    while (at < raw.len && is_blank(raw.ptr[at], delimiter))
        at++;
    return at;
}

// A cell in quotes, from behind the first one; *at is then behind the last. False: unclosed.
static bool take_quoted(ac_str raw, size_t *at, struct ac_buf *text) {
    for (size_t i = *at; i < raw.len; i++) {
        bool is_quote = raw.ptr[i] == '"';
        if (is_quote && (i + 1 >= raw.len || raw.ptr[i + 1] != '"')) {
            *at = i + 1;
            return true;
        }
        i += is_quote; // one of two
        text->ptr[text->len++] = raw.ptr[i];
    }
    return false;
}

static bool take_plain(ac_str raw, size_t *at, char delimiter, struct ac_buf *text) {
    size_t from = *at, end = from;
    while (end < raw.len && raw.ptr[end] != delimiter) {
        if (raw.ptr[end] == '\n' || raw.ptr[end] == '\r')
            return false;
        end++;
    }
    *at = end;
    while (end > from && is_blank(raw.ptr[end - 1], delimiter))
        end--;
    if (end > from)
        memcpy(text->ptr + text->len, raw.ptr + from, end - from);
    text->len += end - from;
    return true;
}

bool ac_csv_split(ac_str raw, char delimiter, struct ac_buf *text, ac_str *cells, size_t max,
                  size_t *n) {
    char between = ',';
    if (delimiter)
        between = delimiter;
    *n = 0;
    ac_buf_clear(text);
    if (!ac_buf_need(text, raw.len + 1)) // all cells together are never longer
        return false;
    for (size_t at = 0;; at++) {
        size_t from = text->len;
        if (*n == max)
            return false;
        at = skip_blanks(raw, at, between);
        bool is_quoted = at < raw.len && raw.ptr[at] == '"';
        if (is_quoted) {
            at++;
            if (!take_quoted(raw, &at, text))
                return false;
            at = skip_blanks(raw, at, between);
        } else if (!take_plain(raw, &at, between, text)) {
            return false;
        }
        cells[(*n)++] = ac_str_n(text->ptr + from, text->len - from);
        if (at == raw.len)
            return true;
        if (raw.ptr[at] != between)
            return false;
    }
}
