// SPDX-License-Identifier: MIT
// The members of a compressed stream or an archive, one after the other.
#ifndef AC_SOURCE_ARCHIVE_H
#define AC_SOURCE_ARCHIVE_H
#include "source/magic.h"
#include "source/stream.h"

struct ac_archive;

// Reads `kind` (none but it) from the stream, of which head was read already (copied here). What a
// compressed file unpacks to is its one member, be it a tar archive or not.
// options are complete (no zeros); borrowed until close, as the stream is. AC_INPUT: damaged, or
// it needs more memory than options->max_codec_bytes.
enum ac_rc ac_archive_open(struct ac_archive **out, enum ac_magic kind, struct ac_stream *stream,
                           ac_str head, const struct ac_source_options *options,
                           struct ac_err *err);
// The next member that is a file; modified_ms is INT64_MIN when it has none. AC_END after the
// last; AC_INPUT for one that cannot be read (encrypted …) with *member filled, or for the rest of
// a damaged archive, after which comes AC_END.
enum ac_rc ac_archive_next(struct ac_archive *a, struct ac_member *member, struct ac_err *err);
// Reads up to max bytes of the member; *n == 0 at its end. AC_INPUT: damaged, over a ceiling.
enum ac_rc ac_archive_read(struct ac_archive *a, char *to, size_t max, size_t *n,
                           struct ac_err *err);
// The member being read, as a stream to open again (a tar archive in a compressed file); its size
// has no ceiling then, what is in it has. Borrows the archive.
void ac_archive_stream(struct ac_archive *a, struct ac_stream *out);
// The error for an archive inside an archive, or in a file compressed twice.
enum ac_rc ac_archive_nested(const char *kind_name, struct ac_err *err);
void ac_archive_close(struct ac_archive *a); // NULL is fine

#endif
