// SPDX-License-Identifier: MIT
// One row that came in: its cells, with the place it came from.
//
// Record is the room of plain values that travel between the rooms to its right. A row is lent by
// a decoder to everybody downstream for the length of one call; its cells are slices into the
// decoder's buffers, its value is the decoder's. Who needs one longer copies it (ac_row_copy). A
// cell whose ptr is NULL does not exist in the row; a cell with len 0 is empty. Values that go out
// are cells too: there, NULL clears the field in the org, and AC_ABSENT leaves the field alone.
#ifndef AC_RECORD_ROW_H
#define AC_RECORD_ROW_H
#include "base/arena.h"
#include "base/err.h"

// Where a row stands in its input. Plain numbers: survives the row.
struct ac_origin {
    uint32_t input;  // the engine's number of the input in this run
    uint64_t line;   // 1-based, of the row's first byte
    uint64_t byte;   // offset of the row's first byte in the (decompressed) input
    uint64_t number; // 1-based among the data rows (the header is none)
};

struct acload_row {
    const ac_str *cells;
    size_t n_cells;
    ac_str raw;  // the row's text as it came, UTF-8, without its line end
    void *value; // of JSON, parsed (json_t): there are no cells then; NULL: a row of cells
    struct ac_origin origin;
    struct ac_arena *arena; // dies with the row (row_alloc)
    void *owner;            // the host's, while a plugin holds the row (TAKE)
};

// The cell that says "leave this field alone": a value for outgoing cells only.
extern const char ac_absent_mark[1];
#define AC_ABSENT ((ac_str){ac_absent_mark, 0})
static inline bool ac_is_absent(ac_str s) { return s.ptr == ac_absent_mark; }

// A copy of the row, its cells and raw text in one piece of arena memory (the cells are slices of
// the copy). NULL at the arena's ceiling. The copy's own arena pointer is `arena`. A value is not
// copied: whoever keeps the copy keeps a reference of his own.
struct acload_row *ac_row_copy(const struct acload_row *row, struct ac_arena *arena);

#endif
