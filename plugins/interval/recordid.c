// SPDX-License-Identifier: MIT
// Record ids composed byte for byte as the vendor's loader composes them.
#include "recordid.h"
#include "moment.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define TAIL_CHARS 17 // "~" with 16 hex digits

static void id_add(struct id_buf *id, acload_str s) {
    if (s.len > sizeof id->text - id->len) {
        id->is_full = true;
        return;
    }
    if (s.len)
        memcpy(id->text + id->len, s.ptr, s.len);
    id->len += s.len;
}

static enum id_part_kind part_of(acload_str token) {
    static const struct {
        const char *name;
        enum id_part_kind kind;
    } names[] = {{"name", ID_NAME},
                 {"raw", ID_RAW},
                 {"start", ID_START},
                 {"start_utc", ID_START_UTC},
                 {"region", ID_REGION}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == token.len && !memcmp(names[i].name, token.ptr, token.len))
            return names[i].kind;
    return ID_COLUMN;
}

static bool add_part(struct id_form *form, enum id_part_kind kind, acload_str literal, int column) {
    if (form->n == RECORDID_PARTS)
        return false;
    form->parts[form->n].kind = kind;
    form->parts[form->n].literal = literal;
    form->parts[form->n++].column = column;
    form->has_name |= kind == ID_NAME;
    form->has_raw |= kind == ID_RAW;
    form->has_start |= kind == ID_START || kind == ID_START_UTC;
    form->has_column |= kind == ID_COLUMN;
    return true;
}

bool id_compile(struct id_form *form, const char *template,
                int (*column)(acload_ctx *ctx, const char *name), acload_ctx *ctx,
                acload_str *bad) {
    memset(form, 0, sizeof *form);
    for (const char *p = template; *p;) {
        if (*p != '{') {
            *bad = (acload_str){p, strcspn(p, "{")};
            if (!add_part(form, ID_LITERAL, *bad, -1))
                return false;
            p += bad->len;
            continue;
        }
        const char *end = strchr(p, '}');
        *bad = (acload_str){p, end ? (size_t)(end - p) + 1 : strlen(p)};
        if (!end)
            return false;
        acload_str token = {p + 1, (size_t)(end - p) - 1};
        enum id_part_kind kind = part_of(token);
        int number = -1;
        if (kind == ID_COLUMN) {
            char name[256];
            if (token.len >= sizeof name)
                return false;
            memcpy(name, token.ptr, token.len);
            name[token.len] = '\0';
            number = column(ctx, name);
            if (number < 0)
                return false;
        }
        if (!add_part(form, kind, (acload_str){"", 0}, number))
            return false;
        p = end + 1;
    }
    return true;
}

void id_compose(const struct id_form *form, const struct id_values *v, struct id_buf *out) {
    char utc[MOMENT_TEXT];
    out->len = 0;
    out->is_full = out->is_name_lost = false;
    for (int i = 0; i < form->n; i++) {
        size_t before = out->len;
        switch (form->parts[i].kind) {
        case ID_LITERAL:
            id_add(out, form->parts[i].literal);
            break;
        case ID_NAME:
            if (v->is_clean)
                id_add_clean(out, v->name);
            else
                id_add(out, v->name);
            out->is_name_lost = out->len == before;
            break;
        case ID_RAW:
            id_add(out, v->name);
            break;
        case ID_START:
            id_add(out, v->start);
            break;
        case ID_START_UTC:
            moment_utc(v->start_ms, utc);
            id_add(out, (acload_str){utc, MOMENT_TEXT - 1});
            break;
        case ID_REGION:
            id_add(out, v->region);
            break;
        case ID_COLUMN:
            id_add(out, v->cell(v->row, form->parts[i].column));
            break;
        }
    }
}

// A word character of the vendor's language: a letter, a number of any category, "_".
static bool is_word(utf8proc_int32_t c) {
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
    int category = (int)utf8proc_category(c);
    bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    bool is_number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    return is_letter || is_number;
}

void id_add_clean(struct id_buf *id, acload_str name) {
    for (size_t at = 0; at < name.len;) {
        utf8proc_int32_t c = (unsigned char)name.ptr[at];
        utf8proc_ssize_t n = 1;
        if (c >= 0x80)
            n = utf8proc_iterate((const utf8proc_uint8_t *)name.ptr + at,
                                 (utf8proc_ssize_t)(name.len - at), &c);
        if (n <= 0) { // a broken byte is no letter
            at++;
            continue;
        }
        if (is_word(c))
            id_add(id, (acload_str){name.ptr + at, (size_t)n});
        at += (size_t)n;
    }
}

size_t id_chars(acload_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

// FNV-1a over the letters in lower case: the same on every machine, for ever.
static uint64_t hash_of(acload_str s) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t at = 0; at < s.len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr + at,
                                              (utf8proc_ssize_t)(s.len - at), &c);
        utf8proc_uint8_t bytes[4] = {(utf8proc_uint8_t)s.ptr[at]};
        size_t len = n > 0 ? (size_t)utf8proc_encode_char(utf8proc_tolower(c), bytes) : 1;
        for (size_t i = 0; i < len; i++)
            hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
        at += n > 0 ? (size_t)n : 1;
    }
    return hash;
}

void id_shorten(struct id_buf *id, size_t max) {
    acload_str whole = {id->text, id->len};
    if (max < TAIL_CHARS + 3 || id_chars(whole) <= max)
        return;
    uint64_t hash = hash_of(whole);
    size_t at = 0;
    for (size_t n = 0; n < max - TAIL_CHARS; n++) {
        at++;
        while (at < id->len && ((unsigned char)id->text[at] & 0xC0) == 0x80)
            at++;
    }
    id->len = at;
    char tail[TAIL_CHARS + 1];
    snprintf(tail, sizeof tail, "~%016" PRIx64, hash);
    id_add(id, (acload_str){tail, TAIL_CHARS});
}
