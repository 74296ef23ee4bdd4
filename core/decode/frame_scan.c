// SPDX-License-Identifier: MIT
// The end of one JSON value, found without parsing it.
#include "decode/frame_scan.h"
#include <assert.h>
#include <endian.h>

#define ONES 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

// What a byte outside of strings can be, besides nothing of interest.
enum { IS_BRACE = 1, IS_BLANK = 2, IS_FOLLOWER = 4 }; // follower: may stand behind a string
static const unsigned char kinds[256] = {
    ['"'] = IS_BRACE,
    ['{'] = IS_BRACE,
    ['['] = IS_BRACE,
    ['}'] = IS_BRACE | IS_FOLLOWER,
    [']'] = IS_BRACE | IS_FOLLOWER,
    [':'] = IS_FOLLOWER,
    [','] = IS_FOLLOWER,
    [' '] = IS_BLANK,
    ['\n'] = IS_BLANK,
    ['\r'] = IS_BLANK,
    ['\t'] = IS_BLANK,
};

static unsigned kind_of(char c) { return kinds[(unsigned char)c]; }

void ac_scan_init(struct ac_scan *s, uint32_t max_depth) {
    assert(max_depth <= AC_SCAN_MAX_DEPTH);
    s->at = s->depth = 0;
    s->max_depth = max_depth;
    s->is_deep = false;
    s->behind = '\0';
    s->state = AC_SCAN_OUT;
}

// High bits where a byte of the word is c; beyond the first such byte there may be others.
static uint64_t bytes_of(uint64_t word, char c) {
    uint64_t x = word ^ (ONES * (unsigned char)c);
    return (x - ONES) & ~x;
}

// The first quote, backslash or control character from ptr on, or end.
static const char *end_of_text(const char *ptr, const char *end) {
    for (; end - ptr >= 8; ptr += 8) {
        uint64_t word;
        memcpy(&word, ptr, sizeof word);
        word = le64toh(word);
        uint64_t controls = (word - ONES * ' ') & ~word;
        uint64_t found = (bytes_of(word, '"') | bytes_of(word, '\\') | controls) & HIGH_BITS;
        if (found)
            return ptr + (__builtin_ctzll(found) >> 3);
    }
    while (ptr < end && *ptr != '"' && *ptr != '\\' && (unsigned char)*ptr >= ' ')
        ptr++;
    return ptr;
}

static bool is_object(const struct ac_scan *s) {
    uint32_t at = s->depth - 1;
    return s->is_object[at / 64] >> (at % 64) & 1;
}

static char last_before(const struct ac_scan *s, const char *text, const char *ptr) {
    while (ptr > text && (kind_of(ptr[-1]) & IS_BLANK))
        ptr--;
    if (ptr == text)
        return s->behind;
    return ptr[-1];
}

static bool can_open(const struct ac_scan *s, const char *text, const char *ptr) {
    if (s->depth == 0 || s->depth > s->max_depth)
        return true;
    char before = last_before(s, text, ptr);
    return is_object(s) ? before == ':' : before == '[' || before == ',';
}

static void open_one(struct ac_scan *s, char c) {
    uint32_t at = s->depth++;
    if (at >= s->max_depth) {
        s->is_deep = true;
        return;
    }
    uint64_t bit = (uint64_t)1 << (at % 64);
    if (c == '{')
        s->is_object[at / 64] |= bit;
    else
        s->is_object[at / 64] &= ~bit;
}

// A quote, a brace or a bracket at ptr, outside of strings. MORE: go on behind it.
static enum ac_scan_end take_brace(struct ac_scan *s, const char *text, const char *ptr) {
    switch (*ptr) {
    case '"':
        s->state = AC_SCAN_TEXT;
        return AC_SCAN_MORE;
    case '{':
        if (!can_open(s, text, ptr))
            return AC_SCAN_OPEN;
        open_one(s, '{');
        return AC_SCAN_MORE;
    case '[':
        open_one(s, '[');
        return AC_SCAN_MORE;
    default:
        if (s->depth <= s->max_depth && is_object(s) != (*ptr == '}'))
            return AC_SCAN_MISMATCH;
        return --s->depth ? AC_SCAN_MORE : AC_SCAN_CLOSED;
    }
}

// From outside of strings to the next brace or bracket, over the strings that are as most are; one
// that is not (it has an escape, a line end, a blank behind it, no end at hand) is stopped at.
static const char *pass_texts(const char *ptr, const char *end) {
    for (;;) {
        while (ptr < end && !(kind_of(*ptr) & IS_BRACE))
            ptr++;
        if (ptr == end || *ptr != '"')
            return ptr;
        const char *close = end_of_text(ptr + 1, end);
        if (end - close < 2 || *close != '"' || !(kind_of(close[1]) & IS_FOLLOWER))
            return ptr;
        ptr = close + 1;
    }
}

enum ac_scan_end ac_scan_run(struct ac_scan *s, ac_str text) {
    const char *ptr = text.ptr + s->at, *end = text.ptr + text.len;
    enum ac_scan_end rc = AC_SCAN_MORE;
    while (ptr < end && rc == AC_SCAN_MORE) {
        switch (s->state) {
        case AC_SCAN_OUT:
            if (s->depth) // else a string is a value by itself
                ptr = pass_texts(ptr, end);
            if (ptr == end)
                break;
            rc = take_brace(s, text.ptr, ptr);
            ptr += rc == AC_SCAN_MORE || rc == AC_SCAN_CLOSED;
            break;
        case AC_SCAN_TEXT:
            ptr = end_of_text(ptr, end);
            if (ptr == end)
                break;
            if (*ptr == '\n' || *ptr == '\r') {
                rc = AC_SCAN_NEWLINE;
                break;
            }
            if (*ptr == '"')
                s->state = AC_SCAN_AFTER;
            else if (*ptr == '\\')
                s->state = AC_SCAN_ESCAPE;
            ptr++;
            if (s->state == AC_SCAN_AFTER && s->depth == 0)
                rc = AC_SCAN_CLOSED;
            break;
        case AC_SCAN_ESCAPE:
            s->state = AC_SCAN_TEXT;
            ptr += *ptr != '\n' && *ptr != '\r';
            break;
        case AC_SCAN_AFTER:
            while (ptr < end && (kind_of(*ptr) & IS_BLANK))
                ptr++;
            if (ptr == end)
                break;
            if (kind_of(*ptr) & IS_FOLLOWER)
                s->state = AC_SCAN_OUT;
            else
                rc = AC_SCAN_QUOTE;
            break;
        }
    }
    s->at = (size_t)(ptr - text.ptr);
    return rc;
}

void ac_scan_forget(struct ac_scan *s, const char *text, size_t n) {
    s->behind = last_before(s, text, text + n);
    s->at -= n;
}
