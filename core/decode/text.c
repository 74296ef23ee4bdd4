// SPDX-License-Identifier: MIT
// A member's text as UTF-8, whatever encoding it is stored in.
#include "decode/text.h"
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#define STEP_BYTES ((size_t)64 * 1024) // of the member, turned at a time

static const struct mark {
    ac_str bytes;
    enum ac_text_kind kind;
} marks[] = {
    {{"\xef\xbb\xbf", 3}, AC_TEXT_UTF8},
    {{"\xff\xfe", 2}, AC_TEXT_UTF16LE},
    {{"\xfe\xff", 2}, AC_TEXT_UTF16BE},
};

static enum ac_rc unknown(const char *encoding, const char *why, struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_CONFIG, "UNKNOWN_ENCODING",
                      "the encoding %s %s; known are UTF-8, UTF-16LE, UTF-16BE and 8-bit ones such "
                      "as WINDOWS-1252",
                      encoding, why);
}

static void close_iconv(iconv_t *cd) {
    if (*cd != (iconv_t)-1)
        iconv_close(*cd); // NOLINT(performance-no-int-to-ptr)
}

// Every byte is turned by itself, once, so an encoding of several bytes a character is refused.
static enum ac_rc make_table(struct ac_text *t, const char *encoding, struct ac_err *err) {
    errno = 0;
    AC_CLEANUP(close_iconv) iconv_t cd = iconv_open("UTF-8", encoding);
    if (cd == (iconv_t)-1 && errno == ENOMEM)
        return ac_err_nomem(err, "an encoding");
    if (cd == (iconv_t)-1)
        return unknown(encoding, "is not known", err);
    t->table = calloc(256, sizeof *t->table);
    t->table_len = calloc(256, 1);
    if (!t->table || !t->table_len)
        return ac_err_nomem(err, "an encoding");
    size_t n_unknown = 0;
    for (int i = 0; i < 256; i++) {
        char byte = (char)i, *in = &byte, *out = t->table[i];
        size_t in_len = 1, out_len = sizeof t->table[i];
        (void)iconv(cd, NULL, NULL, NULL, NULL);
        errno = 0;
        if (iconv(cd, &in, &in_len, &out, &out_len) == (size_t)-1 || out_len == 4) {
            t->table[i][0] = (char)0xff; // stays broken
            out_len = 3;
            n_unknown += errno == EINVAL ? 256 : 1; // the first of several bytes
        }
        t->table_len[i] = (unsigned char)(4 - out_len);
    }
    t->kind = AC_TEXT_8BIT;
    if (n_unknown > 100)
        return unknown(encoding, "has characters of several bytes", err);
    return AC_OK;
}

static bool is_named(const char *encoding, const char *name) {
    return ac_str_eq_nocase(ac_str_of(encoding), ac_str_of(name));
}

static enum ac_rc take_encoding(struct ac_text *t, const char *encoding, struct ac_err *err) {
    static const char *const same[] = {"UTF-8", "UTF8", "US-ASCII", "ASCII"};
    for (size_t i = 0; i < AC_N(same); i++)
        if (!encoding || is_named(encoding, same[i]))
            return AC_OK;
    if (is_named(encoding, "UTF-16LE"))
        t->kind = AC_TEXT_UTF16LE;
    else if (is_named(encoding, "UTF-16BE"))
        t->kind = AC_TEXT_UTF16BE;
    else
        return make_table(t, encoding, err);
    return AC_OK;
}

enum ac_rc ac_text_open(struct ac_text *t, struct ac_source *src, const char *encoding,
                        size_t max_bytes, bool is_look, struct ac_err *err) {
    *t = (struct ac_text){.src = src, .kind = AC_TEXT_UTF8, .is_look = is_look};
    ac_buf_init(&t->out, max_bytes + 8 * STEP_BYTES);
    ac_str head;
    enum ac_rc rc = ac_source_peek(src, 3, &head, err);
    if (rc < AC_OK)
        return rc;
    for (size_t i = 0; i < AC_N(marks); i++) {
        if (!ac_str_starts(head, marks[i].bytes))
            continue;
        t->kind = marks[i].kind;
        t->mark_bytes = marks[i].bytes.len;
        if (is_look)
            t->n_looked = t->mark_bytes;
        else
            ac_source_take(src, t->mark_bytes);
        return AC_OK;
    }
    return take_encoding(t, encoding, err);
}

enum ac_rc ac_text_encoding(const char *encoding, struct ac_err *err) {
    AC_CLEANUP(ac_text_close) struct ac_text t = {0};
    return take_encoding(&t, encoding, err);
}

void ac_text_close(struct ac_text *t) {
    ac_buf_free(&t->out);
    free(t->table);
    free(t->table_len);
    t->table = NULL;
    t->table_len = NULL;
}

static size_t put_utf8(char *to, uint32_t c) {
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) { // a lone surrogate too: three bytes that are not UTF-8
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

// Turns in, of which *used bytes could be; less than a character stays for the next time.
static size_t turn_utf16(const struct ac_text *t, ac_str in, bool is_last, char *to, size_t *used) {
    const unsigned char *b = (const unsigned char *)in.ptr;
    size_t high = t->kind == AC_TEXT_UTF16BE ? 0 : 1, low = 1 - high, n = 0, i = 0;
    while (i + 2 <= in.len) {
        uint32_t c = (uint32_t)b[i + high] << 8 | b[i + low];
        if (c >= 0xd800 && c < 0xdc00) {
            if (i + 4 > in.len && !is_last)
                break;
            uint32_t d = i + 4 <= in.len ? (uint32_t)b[i + 2 + high] << 8 | b[i + 2 + low] : 0;
            if (d >= 0xdc00 && d < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
                i += 2;
            }
        }
        n += put_utf8(to + n, c);
        i += 2;
    }
    if (is_last && i < in.len) { // half a character
        to[n++] = (char)0xff;
        i = in.len;
    }
    *used = i;
    return n;
}

static size_t turn_8bit(const struct ac_text *t, ac_str in, char *to, size_t *used) {
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char b = (unsigned char)in.ptr[i];
        memcpy(to + n, t->table[b], 4);
        n += t->table_len[b];
    }
    *used = in.len;
    return n;
}

static enum ac_rc turn(struct ac_text *t, struct ac_err *err) {
    ac_str in;
    enum ac_rc rc = ac_source_peek(t->src, t->n_looked + 4, &in, err);
    if (rc < AC_OK)
        return rc;
    bool is_last = rc == AC_END;
    in = ac_str_skip(in, t->n_looked);
    if (in.len > STEP_BYTES) {
        in.len = STEP_BYTES;
        is_last = false;
    }
    if (t->at)
        ac_buf_take_front(&t->out, t->at);
    t->at = 0;
    if (!ac_buf_need(&t->out, in.len * 4 + 4))
        return ac_err_nomem(err, "text to be recoded");
    size_t used = 0;
    char *to = t->out.ptr + t->out.len;
    t->out.len += t->kind == AC_TEXT_8BIT ? turn_8bit(t, in, to, &used)
                                          : turn_utf16(t, in, is_last, to, &used);
    if (t->is_look)
        t->n_looked += used;
    else
        ac_source_take(t->src, used);
    t->has_ended = is_last;
    return AC_OK;
}

enum ac_rc ac_text_peek(struct ac_text *t, size_t min, ac_str *text, struct ac_err *err) {
    if (t->kind == AC_TEXT_UTF8) {
        enum ac_rc rc = ac_source_peek(t->src, t->n_looked + min, text, err);
        if (rc >= AC_OK)
            *text = ac_str_skip(*text, t->n_looked);
        return rc;
    }
    enum ac_rc rc = AC_OK;
    while (rc == AC_OK && !t->has_ended && t->out.len - t->at < min)
        rc = turn(t, err);
    *text = (ac_str){"", 0};
    if (rc != AC_OK)
        return rc;
    if (t->out.len > t->at)
        *text = (ac_str){t->out.ptr + t->at, t->out.len - t->at};
    return text->len < min || text->len == 0 ? AC_END : AC_OK;
}

void ac_text_take(struct ac_text *t, size_t n) {
    if (t->kind == AC_TEXT_UTF8)
        ac_source_take(t->src, n);
    else
        t->at += n;
}

enum ac_rc ac_text_look(struct ac_text *t, size_t max, ac_str *head, bool *is_last,
                        struct ac_err *err) {
    enum ac_rc rc = ac_text_peek(t, max, head, err);
    if (rc < AC_OK)
        return rc;
    *is_last = rc == AC_END && head->len <= max;
    if (head->len > max)
        head->len = max;
    return AC_OK;
}

uint64_t ac_text_span(const struct ac_text *t, const char *ptr, size_t len) {
    if (t->kind == AC_TEXT_UTF8)
        return len;
    uint64_t n = 0, n_wide = 0, n_half = 0; // characters, those of four bytes, the odd last byte
    for (size_t i = 0; i < len; i++) {
        unsigned char b = (unsigned char)ptr[i];
        n += (b & 0xc0) != 0x80;
        n_wide += b >= 0xf0 && b < 0xf8;
        n_half += b == 0xff;
    }
    return t->kind == AC_TEXT_8BIT ? n : 2 * (n + n_wide) - n_half;
}
