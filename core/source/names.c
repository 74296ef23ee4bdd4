// SPDX-License-Identifier: MIT
// Names of an archive's members, no two alike.
#include "source/names.h"
#include "base/str.h"
#include <stdlib.h>

#define TEXT_BYTES ((size_t)1024 * 1024)
#define SLOTS_AT_FIRST ((size_t)64) // a power of two, as all after it

void ac_names_init(struct ac_names *names) {
    *names = (struct ac_names){0};
    ac_buf_init(&names->text, TEXT_BYTES);
}

void ac_names_free(struct ac_names *names) {
    free(names->slots);
    ac_buf_free(&names->text);
}

static uint64_t hash_of(const char *name) { return ac_str_hash(ac_str_of(name), 1) | 1; }

static bool put(uint64_t *slots, size_t max, uint64_t hash) {
    size_t at = hash & (max - 1);
    for (; slots[at]; at = (at + 1) & (max - 1))
        if (slots[at] == hash)
            return false;
    slots[at] = hash;
    return true;
}

// Room for one more, half of the slots always free.
static bool grow(struct ac_names *names) {
    if (2 * (names->n + 1) <= names->max)
        return true;
    size_t max = names->max ? names->max * 2 : SLOTS_AT_FIRST;
    uint64_t *slots = calloc(max, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < names->max; i++)
        if (names->slots[i])
            put(slots, max, names->slots[i]);
    free(names->slots);
    names->slots = slots;
    names->max = max;
    return true;
}

enum ac_rc ac_names_tell(struct ac_names *names, const char *name, const char **out,
                         struct ac_err *err) {
    if (!grow(names))
        return ac_err_nomem(err, "the names in an archive");
    *out = name;
    for (size_t n = names->n + 1; !put(names->slots, names->max, hash_of(*out)); n++) {
        ac_buf_clear(&names->text);
        if (!ac_buf_printf(&names->text, "%s (%zu)", name, n))
            return ac_err_nomem(err, "the names in an archive");
        *out = ac_buf_text(&names->text);
        if (!*out)
            return ac_err_nomem(err, "the names in an archive");
    }
    names->n++;
    return AC_OK;
}
