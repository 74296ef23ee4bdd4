// SPDX-License-Identifier: MIT
// Record ids composed byte for byte as the vendor's loader composes them.
#include "recordid.h"
#include "value.h"
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static void id_add(struct id_buf *id, acload_str s) {
    if (s.len > sizeof id->text - id->len) {
        id->is_full = true;
        return;
    }
    if (s.len) memcpy(id->text + id->len, s.ptr, s.len);
    id->len += s.len;
}

static bool part_of(const char *token, enum id_part_kind *kind) {
    static const char *const names[] = {[ID_NAME] = "name",
                                        [ID_RAW] = "raw",
                                        [ID_START] = "start",
                                        [ID_START_UTC] = "start_utc",
                                        [ID_REGION] = "region"};
    for (int i = ID_NAME; i <= ID_REGION; i++)
        if (strcmp(names[i], token) == 0) {
            *kind = (enum id_part_kind)i;
            return true;
        }
    return false;
}

bool id_compile(struct id_form *form, const char *template,
                int (*column)(acload_ctx *ctx, const char *name), acload_ctx *ctx,
                acload_str *bad) {
    form->n = 0;
    for (const char *p = template; *p; form->n++) {
        const char *end = *p == '{' ? strchr(p, '}') : p + strcspn(p, "{");
        *bad = (acload_str){p, end ? (size_t)(end - p) : strlen(p)};
        if (form->n == RECORDID_PARTS || !end) return false;
        form->parts[form->n].kind = ID_LITERAL;
        form->parts[form->n].literal = *bad;
        if (*p == '{') {
            char token[128];
            bad->len++;
            if ((size_t)snprintf(token, sizeof token, "%.*s", (int)(end - p - 1), p + 1) >=
                sizeof token)
                return false;
            if (!part_of(token, &form->parts[form->n].kind)) {
                form->parts[form->n].kind = ID_COLUMN;
                form->parts[form->n].column = column(ctx, token);
                if (form->parts[form->n].column < 0) return false;
            }
            end++;
        }
        p = end;
    }
    return form->n > 0;
}

void id_compose(const struct id_form *form, const struct id_values *v, struct id_buf *out) {
    char utc[25];
    out->len = 0;
    out->is_full = false;
    for (int i = 0; i < form->n; i++)
        switch (form->parts[i].kind) {
        case ID_LITERAL: id_add(out, form->parts[i].literal); break;
        case ID_NAME:
            if (v->is_clean)
                id_add_clean(out, v->name);
            else
                id_add(out, v->name);
            break;
        case ID_RAW: id_add(out, v->name); break;
        case ID_START: id_add(out, v->start); break;
        case ID_START_UTC:
            value_utc(v->start_ms, utc);
            id_add(out, (acload_str){utc, 24});
            break;
        case ID_REGION: id_add(out, v->region); break;
        case ID_COLUMN: id_add(out, v->cell(v->row, form->parts[i].column)); break;
        }
}

// A word character of the vendor's language: a letter, a number of any category, "_".
static bool is_word(utf8proc_int32_t c) {
    int category = utf8proc_category(c);
    bool is_letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    bool is_number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    return c == '_' || is_letter || is_number;
}

void id_add_clean(struct id_buf *id, acload_str name) {
    for (size_t at = 0; at < name.len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)name.ptr + at,
                                              (utf8proc_ssize_t)(name.len - at), &c);
        if (n <= 0) { // a broken byte is no letter
            at++;
            continue;
        }
        if (is_word(c)) id_add(id, (acload_str){name.ptr + at, (size_t)n});
        at += (size_t)n;
    }
}

size_t id_chars(acload_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

void id_shorten(struct id_buf *id, size_t max) {
    if (max < 20 || id_chars((acload_str){id->text, id->len}) <= max) return;
    uint64_t hash = 0xCBF29CE484222325u; // FNV-1a: the same on every machine, for ever
    for (size_t i = 0; i < id->len; i++)
        hash = (hash ^ (unsigned char)id->text[i]) * 0x100000001B3u;
    size_t at = 0;
    for (size_t n = 0; n < max - 17; n++) {
        at++;
        while (at < id->len && ((unsigned char)id->text[at] & 0xC0) == 0x80) at++;
    }
    id->len = at;
    char tail[20];
    snprintf(tail, sizeof tail, "~%016llx", (unsigned long long)hash);
    id_add(id, (acload_str){tail, 17});
}
