// SPDX-License-Identifier: MIT
// SOQL text cut into words.
#include "soql.h"

#include "times.h"

#include <string.h>
#include <strings.h>

void sb_lex_init(struct sb_lexer *l, const char *text, size_t len, struct sb_arena *a) {
    *l = (struct sb_lexer){.text = text, .len = len, .arena = a};
    sb_lex_next(l);
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void fail(struct sb_lexer *l, const char *why) {
    l->token = SB_T_ERROR;
    l->error = why;
}

static int hex4(const char *s) {
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int d = is_digit(c)            ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static size_t put_utf8(char *out, int c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

// One escape of a string; how many bytes of the text it took, 0 when it is none.
static size_t escape(const char *s, size_t len, char *out, size_t *n) {
    static const char from[] = "nrtbf\"'\\NRTBF", to[] = "\n\r\t\b\f\"'\\\n\r\t\b\f";
    if (len < 2)
        return 0;
    if (s[1] == '%' || s[1] == '_') { // LIKE reads these itself
        out[(*n)++] = '\\';
        out[(*n)++] = s[1];
        return 2;
    }
    if ((s[1] == 'u' || s[1] == 'U') && len >= 6) {
        int c = hex4(s + 2);
        if (c < 0 || (c >= 0xd800 && c < 0xe000))
            return 0;
        *n += put_utf8(out + *n, c);
        return 6;
    }
    const char *at = s[1] ? strchr(from, s[1]) : NULL;
    if (!at)
        return 0;
    out[(*n)++] = to[at - from];
    return 2;
}

static void string(struct sb_lexer *l) {
    size_t n = 0;
    const char *end = l->text + l->at + 1;
    // A first look for the end keeps the copy small.
    for (; end < l->text + l->len && *end != '\''; end++)
        if (*end == '\\' && end + 1 < l->text + l->len)
            end++;
    if (end >= l->text + l->len) {
        fail(l, "missing closing quote");
        return;
    }
    size_t room = (size_t)(end - l->text) - l->at + 1;
    char *out = sb_arena_get(l->arena, room);
    if (!out) {
        fail(l, "too long");
        return;
    }
    const char *p = l->text + l->at + 1;
    while (p < end) {
        if (*p != '\\') {
            out[n++] = *p++;
            continue;
        }
        size_t took = escape(p, (size_t)(end - p), out, &n);
        if (took == 0) {
            l->from = (size_t)(p - l->text);
            fail(l, "Illegal character sequence in string literal");
            return;
        }
        p += took;
    }
    l->token = SB_T_STRING;
    l->s = out;
    l->s_len = n;
    l->at = (size_t)(end - l->text) + 1;
}

static void number_or_date(struct sb_lexer *l) {
    size_t end = l->at + 1;
    int64_t ms = 0;
    while (end < l->len &&
           (is_digit(l->text[end]) || is_letter(l->text[end]) || strchr("-+:.", l->text[end])) &&
           l->text[end] != '\0')
        end++;
    l->s = l->text + l->at;
    l->s_len = end - l->at;
    if (sb_date_read(l->s, l->s_len)) {
        l->token = SB_T_DATE;
    } else if (sb_time_read(l->s, l->s_len, false, &ms)) {
        l->token = SB_T_DATETIME;
    } else {
        size_t n = (l->s[0] == '-' || l->s[0] == '+') ? 1 : 0, from = n;
        while (l->at + n < l->len && (is_digit(l->s[n]) || l->s[n] == '.'))
            n++;
        l->s_len = n;
        l->token = SB_T_NUMBER;
        if (n == from || n != end - l->at) {
            fail(l, "unexpected token");
            l->s_len = end - l->at;
        }
    }
    l->at += l->s_len;
}

void sb_lex_next(struct sb_lexer *l) {
    if (l->token == SB_T_ERROR)
        return;
    while (l->at < l->len &&
           (l->text[l->at] == ' ' || (l->text[l->at] >= '\t' && l->text[l->at] <= '\r')))
        l->at++;
    l->from = l->at;
    l->s = l->text + l->at;
    l->s_len = 0;
    if (l->at >= l->len) {
        l->token = SB_T_END;
        return;
    }
    char c = *l->s;
    if (is_letter(c)) {
        l->token = SB_T_NAME;
        while (l->at < l->len && (is_letter(l->text[l->at]) || is_digit(l->text[l->at]) ||
                                  l->text[l->at] == '.' || l->text[l->at] == ':'))
            l->at++;
    } else if (c == '\'') {
        string(l);
        return;
    } else if (is_digit(c) || c == '-' || c == '+' || c == '.') {
        number_or_date(l);
        return;
    } else if (c != '\0' && strchr("(),=", c)) {
        l->token = SB_T_SIGN;
        l->at++;
    } else if (c == '<' || c == '>' || c == '!') {
        l->token = SB_T_SIGN;
        l->at++;
        if (l->at < l->len && (l->text[l->at] == '=' || (c == '<' && l->text[l->at] == '>')))
            l->at++;
        else if (c == '!')
            fail(l, "unexpected token");
    } else {
        fail(l, "unexpected token");
        l->at++;
    }
    l->s_len = (size_t)(l->text + l->at - l->s);
}

bool sb_lex_is(const struct sb_lexer *l, const char *word) {
    return (l->token == SB_T_NAME || l->token == SB_T_SIGN) && strlen(word) == l->s_len &&
           strncasecmp(l->s, word, l->s_len) == 0;
}
