// SPDX-License-Identifier: MIT
// Rows on loan to plugins, with the memory that dies with each.
#include "plugin/host_int.h"
#include <stdlib.h>

#define LARGE_BYTES ((size_t)32 * 1024) // a spare slot's memory beyond this is given back

static void push(struct ac_slots *list, struct ac_slot *slot) {
    slot->next = NULL;
    slot->prev = list->last;
    if (list->last)
        list->last->next = slot;
    else
        list->first = slot;
    list->last = slot;
}

static void unlink_from(struct ac_slots *list, struct ac_slot *slot) {
    if (slot->prev)
        slot->prev->next = slot->next;
    else
        list->first = slot->next;
    if (slot->next)
        slot->next->prev = slot->prev;
    else
        list->last = slot->prev;
    slot->prev = slot->next = NULL;
}

static struct ac_slot *take_spare(struct ac_instance *home) {
    struct ac_slot *slot = home->spare.last; // the one used last, whose memory is warm
    if (slot) {
        unlink_from(&home->spare, slot);
        return slot;
    }
    slot = calloc(1, sizeof *slot);
    if (!slot)
        return NULL;
    ac_arena_init(&slot->arena, AC_HOST_ROW_BYTES);
    slot->home = home;
    slot->next_all = home->all;
    home->all = slot;
    return slot;
}

struct acload_row *ac_instance_lend(struct ac_instance *in, const struct acload_row *row) {
    struct ac_slot *slot = take_spare(in);
    if (!slot)
        return NULL;
    slot->row = *row;
    slot->row.arena = NULL; // all goes through ac_slot_alloc
    slot->row.owner = NULL;
    slot->in = in;
    slot->state = AC_SLOT_LENT;
    slot->tail = &slot->first;
    return &slot->row;
}

struct acload_record *ac_instance_records(const struct acload_row *lent) {
    return ac_slot_of(lent)->first;
}

// What a held row uses counts against its home's ceiling.
static void count(struct ac_slot *slot) {
    size_t bytes = slot->arena.held_bytes + slot->value_bytes;
    slot->home->held_bytes += bytes - slot->counted_bytes;
    slot->counted_bytes = bytes;
}

static void set_ceiling(struct ac_slot *slot) {
    size_t others = slot->home->held_bytes - slot->counted_bytes + slot->value_bytes;
    size_t left = AC_HOST_HELD_BYTES > others ? AC_HOST_HELD_BYTES - others : 0;
    if (left < slot->arena.held_bytes)
        left = slot->arena.held_bytes;
    slot->arena.max_bytes = left < AC_HOST_ROW_BYTES ? left : AC_HOST_ROW_BYTES;
}

// An allocation failed: at the ceiling, or because the machine has no memory?
static void *failed(struct ac_slot *slot, size_t len) {
    size_t left = slot->arena.max_bytes - slot->arena.held_bytes;
    if (len <= SIZE_MAX - 15 && ((len + 15) & ~(size_t)15) <= left)
        ac_host_nomem(slot->in);
    return NULL;
}

void *ac_slot_alloc(struct ac_slot *slot, size_t len) {
    if (slot->row.owner)
        set_ceiling(slot);
    void *out = ac_arena_alloc(&slot->arena, len);
    if (slot->row.owner)
        count(slot);
    return out ? out : failed(slot, len);
}

// Cells that are slices of the row's text move with it.
static void move_cells(struct acload_record *r, ac_str from, ac_str to) {
    for (size_t i = 0; i < r->columns->n; i++) {
        uintptr_t at = (uintptr_t)r->cells[i].ptr - (uintptr_t)from.ptr;
        if (!ac_is_absent(r->cells[i]) && r->cells[i].ptr && at <= from.len &&
            r->cells[i].len <= from.len - at)
            r->cells[i].ptr = to.ptr + at;
    }
}

// More than a copy of the row can have.
static size_t largest_copy(const struct acload_row *row) {
    size_t len = sizeof *row + row->n_cells * sizeof(ac_str) + row->raw.len;
    for (size_t i = 0; i < row->n_cells; i++)
        len += row->cells[i].len;
    return len;
}

bool ac_slot_hold(struct ac_slot *slot) {
    struct ac_instance *in = slot->in;
    if (!slot->row.owner) {
        slot->value_bytes = slot->row.value ? ac_value_bytes(slot->row.value) : 0;
        set_ceiling(slot);
        struct acload_row *copy = ac_row_copy(&slot->row, &slot->arena);
        if (!copy)
            failed(slot, largest_copy(&slot->row));
        size_t bytes = slot->home->held_bytes + slot->arena.held_bytes + slot->value_bytes;
        if (!copy || bytes > AC_HOST_HELD_BYTES) {
            slot->arena.max_bytes = AC_HOST_ROW_BYTES;
            slot->value_bytes = 0;
            return false;
        }
        if (slot->row.value)
            ac_value_hold(slot->row.value);
        if (slot->row.raw.ptr)
            for (struct acload_record *r = slot->made; r; r = r->next_made)
                move_cells(r, slot->row.raw, copy->raw);
        slot->row.cells = copy->cells;
        slot->row.raw = copy->raw;
        slot->row.owner = slot;
        count(slot);
    }
    slot->state = AC_SLOT_HELD;
    push(&in->held, slot);
    in->n_held++;
    return true;
}

void ac_slot_release(struct ac_slot *slot) {
    unlink_from(&slot->in->held, slot);
    slot->in->n_held--;
    slot->state = AC_SLOT_RELEASED;
    push(&slot->in->released, slot);
}

size_t ac_instance_held(const struct ac_instance *in) { return in->n_held; }

struct acload_row *ac_instance_next_held(const struct ac_instance *in) {
    return in->held.first ? &in->held.first->row : NULL;
}

struct acload_row *ac_instance_next_released(struct ac_instance *in) {
    struct ac_slot *slot = in->released.first;
    if (!slot)
        return NULL;
    unlink_from(&in->released, slot);
    slot->state = AC_SLOT_LENT;
    return &slot->row;
}

void ac_instance_row_end(struct acload_row *lent) {
    struct ac_slot *slot = ac_slot_of(lent);
    if (slot->state == AC_SLOT_HELD)
        ac_slot_release(slot);
    if (slot->state == AC_SLOT_RELEASED)
        unlink_from(&slot->in->released, slot);
    // A record that a plugin should have forgotten can no longer be set.
    for (struct acload_record *r = slot->made; r; r = r->next_made)
        r->n_settable = 0;
    slot->made = slot->first = NULL;
    if (slot->row.owner && slot->row.value)
        ac_value_release(slot->row.value);
    slot->home->held_bytes -= slot->counted_bytes;
    slot->counted_bytes = slot->value_bytes = 0;
    slot->seen = NULL;
    slot->n_seen = 0;
    if (slot->arena.held_bytes > LARGE_BYTES)
        ac_arena_free(&slot->arena);
    ac_arena_reset(&slot->arena);
    slot->arena.max_bytes = AC_HOST_ROW_BYTES;
    slot->row = (struct acload_row){.cells = NULL};
    slot->state = AC_SLOT_FREE;
    push(&slot->home->spare, slot);
}

void ac_slots_free(struct ac_instance *home) {
    for (struct ac_slot *slot = home->all, *next; slot; slot = next) {
        next = slot->next_all;
        if (slot->row.owner && slot->row.value)
            ac_value_release(slot->row.value);
        ac_arena_free(&slot->arena);
        free(slot);
    }
    home->all = NULL;
}
