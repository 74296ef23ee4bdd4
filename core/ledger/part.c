// SPDX-License-Identifier: MIT
// Sorted keys with their versions, as bytes.
#include "ledger/version.h"
#include <endian.h>

#define HEAD 24 // hash, lowest version, n, width

static void put_u64(struct ac_buf *b, uint64_t value) {
    value = htole64(value);
    ac_buf_add(b, &value, sizeof value);
}

static void put_u32(struct ac_buf *b, uint32_t value) {
    value = htole32(value);
    ac_buf_add(b, &value, sizeof value);
}

static uint64_t get_u64(const unsigned char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static uint32_t get_u32(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t offset_of(int64_t version_ms, int64_t lowest_ms) {
    return (uint64_t)version_ms - (uint64_t)lowest_ms;
}

bool ac_part_encode(struct ac_buf *out, int64_t run, const struct ac_version *keys, size_t n) {
    int64_t lowest = keys[0].version_ms, highest = lowest;
    for (size_t i = 1; i < n; i++) {
        if (keys[i].version_ms < lowest)
            lowest = keys[i].version_ms;
        if (keys[i].version_ms > highest)
            highest = keys[i].version_ms;
    }
    uint32_t width = 0;
    for (uint64_t span = offset_of(highest, lowest); span; span >>= 8)
        width++;
    ac_buf_clear(out);
    if (!ac_buf_need(out, HEAD + n * (8 + width)))
        return false;
    put_u64(out, 0); // the hash comes last
    put_u64(out, (uint64_t)lowest);
    put_u32(out, (uint32_t)n);
    put_u32(out, width);
    for (size_t i = 0; i < n; i++)
        put_u64(out, keys[i].key_hash);
    for (size_t i = 0; i < n && width; i++) {
        uint64_t offset = htole64(offset_of(keys[i].version_ms, lowest));
        ac_buf_add(out, &offset, width);
    }
    uint64_t hash = htole64(ac_str_hash(ac_str_n(out->ptr + 8, out->len - 8), (uint64_t)run));
    memcpy(out->ptr, &hash, sizeof hash);
    return true;
}

bool ac_part_decode(struct ac_part *part, int64_t run, ac_str body) {
    if (body.len < HEAD)
        return false;
    const unsigned char *at = (const unsigned char *)body.ptr;
    *part = (struct ac_part){
        .n = get_u32(at + 16), .width = get_u32(at + 20), .lowest_ms = (int64_t)get_u64(at + 8)};
    if (part->n == 0 || part->n > AC_VERSION_PART_KEYS || part->width > 8)
        return false;
    if (body.len != HEAD + (size_t)part->n * (8 + part->width))
        return false;
    part->keys = at + HEAD;
    part->offsets = part->keys + (size_t)part->n * 8;
    return get_u64(at) == ac_str_hash(ac_str_skip(body, 8), (uint64_t)run);
}

uint64_t ac_part_key(const struct ac_part *part, uint32_t i) {
    return get_u64(part->keys + (size_t)i * 8);
}

int64_t ac_part_version(const struct ac_part *part, uint32_t i) {
    uint64_t offset = 0;
    if (part->width)
        memcpy(&offset, part->offsets + (size_t)i * part->width, part->width);
    return (int64_t)((uint64_t)part->lowest_ms + le64toh(offset));
}

uint32_t ac_part_find(const struct ac_part *part, uint32_t from, uint64_t key) {
    uint32_t lo = from, hi = part->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (ac_part_key(part, mid) < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
