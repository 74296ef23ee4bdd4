// SPDX-License-Identifier: MIT
// JSON text written member by member.
#include "jsonw.h"

#include "fold.h"
#include "numbers.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void separate(struct sb_json *j) {
    if (j->comma)
        sb_buf_char(j->b, ',');
    j->comma = true;
}

void sb_json_open(struct sb_json *j, char bracket) {
    separate(j);
    sb_buf_char(j->b, bracket);
    j->comma = false;
}

void sb_json_close(struct sb_json *j, char bracket) {
    sb_buf_char(j->b, bracket);
    j->comma = true;
}

// The bytes of the first character; 0: they are none.
static size_t first_char(const char *s, size_t len) {
    unsigned char c = (unsigned char)s[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n <= len && sb_utf8_valid(s, n) ? n : 0;
}

static void plain(struct sb_buf *b, const char *s, size_t len) {
    if (sb_utf8_valid(s, len)) {
        sb_buf_add(b, s, len);
        return;
    }
    for (size_t i = 0; i < len;) { // a message may quote what was refused
        size_t n = first_char(s + i, len - i);
        sb_buf_add(b, n ? s + i : "\xef\xbf\xbd", n ? n : 3);
        i += n ? n : 1;
    }
}

static void quoted(struct sb_buf *b, const char *s, size_t len) {
    size_t from = 0;
    sb_buf_char(b, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        plain(b, s + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            sb_buf_format(b, "\\%c", c);
        else if (c == '\n')
            sb_buf_text(b, "\\n");
        else if (c == '\r')
            sb_buf_text(b, "\\r");
        else if (c == '\t')
            sb_buf_text(b, "\\t");
        else
            sb_buf_format(b, "\\u%04x", c);
    }
    plain(b, s + from, len - from);
    sb_buf_char(b, '"');
}

void sb_json_key(struct sb_json *j, const char *name) {
    separate(j);
    quoted(j->b, name, strlen(name));
    sb_buf_char(j->b, ':');
    j->comma = false;
}

void sb_json_text(struct sb_json *j, const char *s, size_t len) {
    separate(j);
    quoted(j->b, s, len);
}

void sb_json_str(struct sb_json *j, const char *s) {
    if (s)
        sb_json_text(j, s, strlen(s));
    else
        sb_json_null(j);
}

void sb_json_int(struct sb_json *j, int64_t v) {
    separate(j);
    sb_buf_format(j->b, "%" PRId64, v);
}

void sb_json_real(struct sb_json *j, double v) {
    char text[SB_NUMBER_SIZE];
    separate(j);
    sb_number_shortest(v, text);
    sb_buf_text(j->b, text);
    if (isfinite(v) && !strpbrk(text, ".eE"))
        sb_buf_text(j->b, ".0");
}

void sb_json_bool(struct sb_json *j, bool v) {
    separate(j);
    sb_buf_text(j->b, v ? "true" : "false");
}

void sb_json_null(struct sb_json *j) {
    separate(j);
    sb_buf_text(j->b, "null");
}

void sb_json_raw(struct sb_json *j, const char *s, size_t len) {
    separate(j);
    sb_buf_add(j->b, s, len);
}

void sb_json_put_str(struct sb_json *j, const char *name, const char *s) {
    sb_json_key(j, name);
    sb_json_str(j, s);
}

void sb_json_put_int(struct sb_json *j, const char *name, int64_t v) {
    sb_json_key(j, name);
    sb_json_int(j, v);
}

void sb_json_put_bool(struct sb_json *j, const char *name, bool v) {
    sb_json_key(j, name);
    sb_json_bool(j, v);
}

void sb_json_put_null(struct sb_json *j, const char *name) {
    sb_json_key(j, name);
    sb_json_null(j);
}
