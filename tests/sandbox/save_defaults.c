// SPDX-License-Identifier: MIT
// What the org fills in by itself when a record is new.
#include "save.h"

#include "counters.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

bool sb_save_full_name(struct sb_save *s, const struct sb_object *o, struct sb_cell *cells) {
    if (o->first_name_at < 0 || o->last_name_at < 0 || o->name_at < 0)
        return true;
    const struct sb_cell *first = &cells[o->first_name_at], *last = &cells[o->last_name_at];
    bool both = first->kind == SB_TEXT && last->kind == SB_TEXT;
    const char *name =
        sb_arena_format(s->arena, "%s%s%s", first->kind == SB_TEXT ? first->as.text : "",
                        both ? " " : "", last->kind == SB_TEXT ? last->as.text : "");
    if (!name)
        return false;
    cells[o->name_at] = (struct sb_cell){.kind = SB_TEXT, .len = strlen(name), .as.text = name};
    return true;
}

// "CTR 000000003": the capitals of the object's label with the row's number.
static bool auto_number(struct sb_save *s, const struct sb_object *o, struct sb_cell *c) {
    char letters[8];
    size_t n = 0;
    for (const char *p = o->label; *p && n < sizeof letters - 1; p++)
        if (isupper((unsigned char)*p))
            letters[n++] = *p;
    letters[n] = '\0';
    const char *text = sb_arena_format(s->arena, "%s %09" PRId64, n > 0 ? letters : "N",
                                       sb_store_next(s->store, o));
    if (!text)
        return false;
    *c = (struct sb_cell){.kind = SB_TEXT, .len = strlen(text), .as.text = text};
    return true;
}

static bool fill(struct sb_save *s, struct sb_input *row, const struct sb_field *f, int64_t now) {
    struct sb_cell *c = &row->cells[f->at];
    struct sb_cell user = {.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = s->user_id};
    if (f->auto_number)
        return auto_number(s, row->object, c);
    struct sb_fail fail = {0};
    if (f->fallback)
        return sb_cell_from_text(f, f->fallback, strlen(f->fallback), s->arena, c, &fail);
    if (f->kind == SB_KIND_BOOLEAN)
        *c = (struct sb_cell){.kind = SB_WHOLE};
    else if (f->kind == SB_KIND_DATETIME && f->system)
        *c = (struct sb_cell){.kind = SB_WHOLE, .as.whole = now};
    else if (f->kind == SB_KIND_REFERENCE && (f->system || strcmp(f->name, "OwnerId") == 0))
        *c = user;
    return true;
}

bool sb_save_defaults(struct sb_save *s, struct sb_input *row) {
    int64_t now = sb_counters_now(s->tally);
    for (size_t i = 1; i < row->object->n_fields; i++) {
        const struct sb_field *f = &row->object->fields[i];
        if (f->defaulted && row->cells[i].kind == SB_ABSENT && !fill(s, row, f, now))
            return false;
    }
    return sb_save_full_name(s, row->object, row->cells);
}
