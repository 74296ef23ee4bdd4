// SPDX-License-Identifier: MIT
// Decoders: bytes pulled from a source become rows pushed to a sink.
//
// Decode knows what a comma, a quote, a brace or a line end means. ac_decode_sample looks at the
// beginning of a member without taking a byte, so that plugins can bid; ac_decode_run then takes
// the member row by row. Every byte is accounted for: it belongs to the header, to a row, to a
// blank line (counted, passed over), or to a `broken` range, which is one rejected row with its
// byte range. Rows with too few or too many cells are rows that are broken (the cell counts in the
// message). Cells and raw text are lent for the length of the call. Memory: one row (4 MiB) and the
// cells' slices (5,000 columns); a cell over 1 MiB or a row over 4 MiB is a broken range.
//
// A row of JSON is one object, parsed (frame.h says how objects are cut out of the text): it has a
// value instead of cells. Names twice in one object are an error of that row, since nobody knows
// which one is right; so are numbers no double or 64-bit integer holds, and \ud800 without its
// other half. \u0000 in a text is a byte of that text; in a name it is an error.
#ifndef AC_DECODE_DECODE_H
#define AC_DECODE_DECODE_H
#include "record/row.h"
#include "source/source.h"

struct ac_decode_sample { // lives in the arena given
    const ac_str *columns;
    size_t n_columns;
    const ac_str *cells; // n_rows * n_columns, complete rows only
    size_t n_rows;
    int format;                       // ACLOAD_JSON: no columns and rows, but:
    const struct acload_row **values; // the first rows, whose raw text is null
    size_t n_values;                  // at most 8
    const struct ac_decoder *decoder; // who won the auction
};
// Frees what does not live in the arena: the values.
void ac_decode_sample_free(struct ac_decode_sample *sample);

struct ac_broken { // bytes that never became a row
    struct ac_origin origin;
    uint64_t len;     // bytes
    ac_str raw;       // its text, at most the row ceiling
    const char *code; // BAD_ROW, FIELD_TOO_LONG, ROW_TOO_LONG, UNCLOSED_QUOTE, BAD_ENCODING; of
                      // JSON also BAD_JSON, NO_JSON, NOT_AN_OBJECT, TOO_DEEP, UNCLOSED_VALUE,
                      // UNCLOSED_ARRAY
    const char *text; // "has 12 cells, the header has 13", lives for the call
};

// Who takes the rows. Each returns AC_OK to go on; AC_INPUT ends this member, AC_RUN everything.
struct ac_decode_sink {
    void *arg;
    enum ac_rc (*row)(void *arg, struct acload_row *row, struct ac_err *err);
    enum ac_rc (*broken)(void *arg, const struct ac_broken *broken, struct ac_err *err);
};

struct ac_decode_options {
    const char *name;      // of the input, for messages
    size_t max_cell_bytes; // 0: 1 MiB
    size_t max_row_bytes;  // 0: 4 MiB
    size_t max_columns;    // 0: 5,000
    uint32_t max_depth;    // of a JSON value, 0: 512
    uint64_t max_values;   // of JSON in a member, 0: a thousand million
    char delimiter;        // 0: comma
    const char *encoding;  // NULL: UTF-8; else UTF-16LE, UTF-16BE or an 8-bit one iconv knows; a
                           // byte order mark in the input wins
};

struct ac_decode_counts {
    uint64_t n_rows, n_broken, n_blank;
    uint64_t bytes;
};

// One decoder. bid: bits it verified in the member's first bytes, 0: not mine.
struct ac_decoder {
    const char *name; // "csv"
    int (*bid)(ac_str head);
    enum ac_rc (*sample)(struct ac_source *src, const struct ac_decode_options *options,
                         struct ac_arena *arena, struct ac_decode_sample *out, struct ac_err *err);
    enum ac_rc (*run)(struct ac_source *src, const struct ac_decode_options *options,
                      const struct ac_decode_sink *sink, struct ac_decode_counts *counts,
                      struct ac_err *err);
};
extern const struct ac_decoder ac_decoder_csv, ac_decoder_json;

// The header and up to 8 complete rows of the member, by the decoder that bids highest; takes no
// byte. The caller frees *out, whatever is returned. Header cells are as they stand, but for a BOM
// (U+FEFF), removed. Errors (AC_INPUT): an empty member, or one of blank lines only (code
// EMPTY_INPUT); no text (NOT_TEXT: NUL bytes, UTF-16 without a mark or a name for it, binary); a
// header too long (ROW_TOO_LONG, TOO_MANY_COLUMNS) or broken (the codes of ac_broken); two columns
// of the same name (DUPLICATE_COLUMN: letter case and outer blanks ignored; columns without a name
// may be many); UNKNOWN_ENCODING, BAD_DELIMITER. JSON of which no value is whole is no error: then
// there are no values.
enum ac_rc ac_decode_sample(struct ac_source *src, const struct ac_decode_options *options,
                            struct ac_arena *arena, struct ac_decode_sample *out,
                            struct ac_err *err);
// Takes the whole member: the header is passed over, then every row goes to the sink. AC_INPUT:
// TOO_MANY_VALUES, or what the source said.
enum ac_rc ac_decode_run(struct ac_source *src, const struct ac_decode_sample *sample,
                         const struct ac_decode_options *options, const struct ac_decode_sink *sink,
                         struct ac_decode_counts *counts, struct ac_err *err);

#endif
