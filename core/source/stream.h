// SPDX-License-Identifier: MIT
// The bytes of one item as they are stored, before anything is unpacked.
#ifndef AC_SOURCE_STREAM_H
#define AC_SOURCE_STREAM_H
#include "source/source.h"

// A table, so that what unpacks need not know where bytes are stored.
struct ac_stream {
    const char *name;   // the item's, borrowed
    int64_t size_bytes; // -1: not known
    uint64_t n_read;    // bytes read so far, those read twice counted twice
    int fd;             // -1: none
    void *arg;          // whose read() it is, where that is no file
    // Reads up to max bytes; *n == 0 at the end. AC_INPUT when it cannot be read.
    enum ac_rc (*read)(struct ac_stream *s, char *to, size_t max, size_t *n, struct ac_err *err);
    // As lseek(2): the new position, or -1. NULL: only forward.
    int64_t (*seek)(struct ac_stream *s, int64_t to, int whence);
    void (*close)(struct ac_stream *s);
};

// A file or a pipe. AC_INPUT when it cannot be opened or is neither.
enum ac_rc ac_stream_open_file(struct ac_stream *out, const struct ac_item *item,
                               struct ac_err *err);

#endif
