// SPDX-License-Identifier: MIT
// What a decoder gives, written down as text.
#ifndef TEST_DECODE_KIT_H
#define TEST_DECODE_KIT_H
#include "base/buf.h"
#include "decode/decode.h"

// Samples and runs the member from where the source stands. Adds to out, in the form that
// tests/cases/csv/README.md and tests/cases/json/README.md describe, either columns, rows and
// counts or the error. When the member's bytes are given (else null), every row is looked up in
// them, and nothing but blanks and line ends may lie between two rows. False when what the decoder
// says does not fit together: then out ends with the reason.
bool decode_transcript(struct ac_source *src, const struct ac_decode_options *options,
                       ac_str member, struct ac_buf *out);

// A file's content in malloced memory with a NUL behind it; NULL when there is none.
char *decode_file(const char *path, size_t *len);

// Options from lines of name=value (delimiter, encoding, max_cell, max_row, max_columns, max_depth,
// max_values), which they borrow; the text is changed. False when a line is none of them.
bool decode_options(char *text, struct ac_decode_options *options);

#endif
