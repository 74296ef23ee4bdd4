// SPDX-License-Identifier: MIT
// The time that a key's name holds.
#include "base/clock.h"
#include "source/s3.h"
#include <stdio.h>

// 'd' is a digit, all else itself.
static const char report[] = "dddd-dd-ddTdd:dd:ddZ", folders[] = "dddd/dd/dd/dd/";

static bool fits(ac_str key, size_t at, const char *shape) {
    for (; *shape; shape++, at++) {
        if (at == key.len)
            return false;
        bool is_digit = key.ptr[at] >= '0' && key.ptr[at] <= '9';
        if (*shape == 'd' ? !is_digit : key.ptr[at] != *shape)
            return false;
    }
    return true;
}

static bool is_digit_before(ac_str key, size_t at) {
    return at && key.ptr[at - 1] >= '0' && key.ptr[at - 1] <= '9';
}

// The last moment of the hour: until then objects come to lie there.
static bool read_folders(ac_str key, size_t at, int64_t *ms) {
    char iso[32];
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:59:59Z", key.ptr + at, key.ptr + at + 5,
             key.ptr + at + 8, key.ptr + at + 11);
    return ac_clock_parse(ac_str_of(iso), ms, NULL);
}

bool ac_s3_read_stamp(ac_str key, struct ac_s3_stamp *out) {
    for (size_t i = key.len; i-- > 0;) {
        if (key.ptr[i] < '0' || key.ptr[i] > '9' || is_digit_before(key, i))
            continue;
        out->at = i;
        out->is_folders = fits(key, i, folders);
        if (out->is_folders && read_folders(key, i, &out->ms))
            return true;
        if (fits(key, i, report) &&
            ac_clock_parse(ac_str_n(key.ptr + i, strlen(report)), &out->ms, NULL))
            return true;
    }
    return false;
}

bool ac_s3_stamp_from(ac_str key, const struct ac_s3_stamp *stamp, int64_t since_ms,
                      struct ac_buf *out) {
    char iso[25];
    ac_clock_iso(since_ms, iso); // 2031-03-04T16:00:00.000Z
    ac_buf_clear(out);
    if (!ac_buf_add(out, key.ptr, stamp->at))
        return false;
    if (!stamp->is_folders)
        return ac_buf_add(out, iso, 19);
    return ac_buf_printf(out, "%.4s/%.2s/%.2s/%.2s/", iso, iso + 5, iso + 8, iso + 11);
}
