// SPDX-License-Identifier: MIT
// Compressed bytes in memory, unpacked.
#include "base/buf.h"
#include "source/gzip.h"
#include "source/source.h"
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)64 << 10)

static enum ac_rc damaged(struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "DAMAGED_ARCHIVE",
                      "is gzip that is cut short or damaged");
}

static enum ac_rc copy(struct archive *handle, struct ac_gzip *sums, struct ac_buf *out,
                       struct ac_err *err) {
    for (;;) {
        if (!ac_buf_need(out, BLOCK_BYTES) && out->cap - out->len < BLOCK_BYTES)
            return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "TOO_LARGE",
                              "is gzip that unpacks to more than %zu MiB", out->max_bytes >> 20);
        la_ssize_t n = archive_read_data(handle, out->ptr + out->len, BLOCK_BYTES);
        if (n == 0)
            return AC_OK;
        if (n < 0)
            return damaged(err);
        ac_gzip_unpacked(sums, ac_str_n(out->ptr + out->len, (size_t)n));
        out->len += (size_t)n;
    }
}

static enum ac_rc open_and_copy(struct archive *handle, struct ac_gzip *sums, ac_str packed,
                                struct ac_buf *out, struct ac_err *err) {
    struct archive_entry *entry;
    if (archive_read_support_filter_gzip(handle) != ARCHIVE_OK ||
        archive_read_support_format_raw(handle) != ARCHIVE_OK)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNSUPPORTED_ARCHIVE",
                          "is gzip, which this system's libarchive cannot read");
    int rc = archive_read_open_memory(handle, packed.ptr, packed.len);
    if (rc == ARCHIVE_OK)
        rc = archive_read_next_header(handle, &entry);
    if (rc == ARCHIVE_EOF) // nothing in it
        return AC_OK;
    return rc == ARCHIVE_OK ? copy(handle, sums, out, err) : damaged(err);
}

enum ac_rc ac_source_gunzip(ac_str packed, struct ac_buf *out, struct ac_err *err) {
    struct archive *handle = archive_read_new();
    struct ac_gzip *sums = malloc(sizeof *sums);
    enum ac_rc rc = handle && sums ? AC_OK : ac_err_nomem(err, "an archive");
    if (rc == AC_OK) {
        ac_gzip_init(sums);
        ac_gzip_packed(sums, packed);
        rc = open_and_copy(handle, sums, packed, out, err);
    }
    if (rc == AC_OK && !ac_gzip_is_good(sums))
        rc = damaged(err);
    free(sums);
    archive_read_free(handle);
    return rc;
}
