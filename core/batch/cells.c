// SPDX-License-Identifier: MIT
// Cells written as one line of Bulk CSV, or taken out of it again.
#include "batch/batch_int.h"
#include <endian.h>

// Null is #N/A, which clears the field. An empty text clears it too (the org keeps no empty
// texts), so it is written the same way, and comes back as null: JSON then clears it as well. An
// empty cell leaves the field alone. The literal text #N/A was refused before (schema/check).
#define NULL_CELL "#N/A"

#define BYTES(x) (UINT64_MAX / 255 * (x))
#define HIGH_BITS BYTES(0x80)

// May one of eight bytes need quotes? Exact for commas; blanks and the like are looked at again.
static uint64_t suspicious(uint64_t word) {
    uint64_t low = (word - BYTES(0x23)) & ~word; // below '#': blank ! " and control characters
    uint64_t comma = word ^ BYTES(',');
    return (low | ((comma - BYTES(1)) & ~comma)) & HIGH_BITS;
}

static uint64_t load8(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static uint64_t load4(const char *p) {
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// Copies a cell that is not empty; says whether it may need quotes.
static bool copy(char *to, const char *from, size_t len) {
    if (len >= 8) {
        uint64_t last = load8(from + len - 8), found = suspicious(last);
        for (size_t i = 0; i + 8 < len; i += 8) {
            uint64_t word = load8(from + i);
            memcpy(to + i, &word, 8);
            found |= suspicious(word);
        }
        memcpy(to + len - 8, &last, 8);
        return found != 0;
    }
    if (len >= 4) {
        uint64_t a = load4(from), b = load4(from + len - 4);
        memcpy(to, &a, 4);
        memcpy(to + len - 4, &b, 4);
        return suspicious(a | b << 32) != 0;
    }
    uint64_t a = (unsigned char)from[0], b = (unsigned char)from[len / 2],
             c = (unsigned char)from[len - 1];
    to[0] = from[0];
    to[len / 2] = from[len / 2];
    to[len - 1] = from[len - 1];
    return suspicious(a | b << 8 | c << 16 | BYTES('0') << 24) != 0;
}

// Outer blanks are quoted as well: readers of CSV like to trim them.
static bool needs_quotes(ac_str cell) {
    char first = cell.ptr[0], last = cell.ptr[cell.len - 1];
    if (first == ' ' || first == '\t' || last == ' ' || last == '\t')
        return true;
    for (size_t i = 0; i < cell.len; i++)
        switch (cell.ptr[i]) {
        case ',':
        case '"':
        case '\r':
        case '\n':
            return true;
        }
    return false;
}

// High bits where one of eight bytes is c; above the first of them there may be others.
static uint64_t bytes_of(uint64_t word, char c) {
    uint64_t x = word ^ BYTES((unsigned char)c);
    return (x - BYTES(1)) & ~x;
}

// How many of the eight bytes come before the first quote or CR.
static size_t n_before_special(const char *p) {
    uint64_t word = le64toh(load8(p));
    uint64_t found = (bytes_of(word, '"') | bytes_of(word, '\r')) & HIGH_BITS;
    return found ? (size_t)__builtin_ctzll(found) >> 3 : 8;
}

// At most 2 * len + 2 bytes. CRLF and CR become LF: a CR in a file of LF lines fails the whole job.
static char *put_quoted(char *to, ac_str cell) {
    *to++ = '"';
    for (size_t i = 0; i < cell.len; i++) {
        while (i + 8 <= cell.len) {
            size_t n = n_before_special(cell.ptr + i);
            memcpy(to, cell.ptr + i, 8); // what is too much is overwritten
            to += n;
            i += n;
            if (n < 8)
                break;
        }
        if (i == cell.len)
            break;
        char c = cell.ptr[i];
        if (c == '\r') {
            if (i + 1 < cell.len && cell.ptr[i + 1] == '\n')
                continue;
            c = '\n';
        }
        if (c == '"')
            *to++ = '"';
        *to++ = c;
    }
    *to++ = '"';
    return to;
}

#define LINE_ROOM ((size_t)1024) // for what a plugin adds to a row
#define CELL_ROOM ((size_t)12)   // a comma, quotes, or eight bytes where fewer are meant

// Where eight bytes may be read from a cell: it stands in this text, with as many behind it.
struct around {
    uintptr_t begin, last;
};

static struct around around_of(ac_str raw) {
    if (raw.len < 8)
        return (struct around){UINTPTR_MAX, 0};
    return (struct around){(uintptr_t)raw.ptr, (uintptr_t)raw.ptr + raw.len - 8};
}

// Most cells are short or null, and which of them is what no processor can foresee: both go the
// same way, without a branch.
static inline char *put_bare(char *to, ac_str cell, const struct around *around) {
    static const char null_cell[8] = NULL_CELL;
    uintptr_t at = (uintptr_t)cell.ptr;
    bool is_empty = cell.len == 0, is_near = at >= around->begin && at <= around->last;
    size_t len = is_empty ? strlen(NULL_CELL) * !ac_is_absent(cell) : cell.len;
    if ((len <= 8) & (is_near | is_empty))
        memcpy(to, is_empty ? null_cell : cell.ptr, 8); // what is too much is overwritten
    else
        memcpy(to, cell.ptr, len);
    return to + len;
}

static inline char *put_cell(char *to, ac_str cell, bool is_bare, const struct around *around) {
    if (is_bare || cell.len == 0)
        return put_bare(to, cell, around);
    if (copy(to, cell.ptr, cell.len) && needs_quotes(cell))
        return put_quoted(to, cell);
    return to + cell.len;
}

// A cell that may be larger than the write buffer, in pieces.
static bool put_large(struct ac_spool *csv, ac_str cell) {
    enum { PIECE = 4096 };
    char piece[2 * PIECE + 2];
    if (cell.len == 0 || !needs_quotes(cell)) {
        if (cell.len)
            return ac_spool_put(csv, cell.ptr, cell.len);
        return ac_is_absent(cell) || ac_spool_put(csv, NULL_CELL, sizeof NULL_CELL - 1);
    }
    if (!ac_spool_put(csv, "\"", 1))
        return false;
    while (cell.len) {
        size_t n = cell.len < PIECE ? cell.len : PIECE;
        if (n < cell.len && cell.ptr[n - 1] == '\r')
            n--; // its LF may follow
        char *end = put_quoted(piece, ac_str_n(cell.ptr, n));
        if (!ac_spool_put(csv, piece + 1, (size_t)(end - piece) - 2))
            return false;
        cell = ac_str_skip(cell, n);
    }
    return ac_spool_put(csv, "\"", 1);
}

// Most lines are hardly longer than the row they came from: there is room for that, and a look at
// each cell tells whether it is enough. False: it is not, and nothing was put.
static bool put_short(struct ac_batch *b, const ac_str *cells, ac_str raw) {
    size_t n = b->columns.n, room = 2 * raw.len + n * sizeof NULL_CELL + LINE_ROOM;
    struct around around = around_of(raw);
    char *from = room <= b->csv.cap ? ac_spool_room(&b->csv, room) : NULL, *to = from;
    if (!from)
        return false;
    const char *end = from + room;
    for (size_t i = 0; i < n; i++) {
        if (2 * cells[i].len + CELL_ROOM > (size_t)(end - to))
            return false;
        to = put_cell(to, cells[i], b->is_bare[i], &around);
        *to++ = ',';
    }
    to[-1] = '\n';
    b->csv.len += (size_t)(to - from);
    return true;
}

bool ac_batch_put_cells(struct ac_batch *b, const ac_str *cells, ac_str raw) {
    size_t n = b->columns.n;
    if (n && put_short(b, cells, raw))
        return true;
    for (size_t i = 0; i < n; i++)
        if ((i && !ac_spool_put(&b->csv, ",", 1)) || !put_large(&b->csv, cells[i]))
            return false;
    return ac_spool_put(&b->csv, "\n", 1);
}

// The quoted cell at *at, unfolded where it stands; *at moves behind its closing quote.
static bool take_quoted(char *line, size_t len, size_t *at, ac_str *cell) {
    size_t from = *at + 1, to = from;
    for (size_t i = from; i < len; i++) {
        if (line[i] == '"' && (i + 1 == len || line[i + 1] != '"')) {
            *cell = ac_str_n(line + from, to - from);
            *at = i + 1;
            return true;
        }
        if (line[i] == '"')
            i++;
        line[to++] = line[i];
    }
    return false;
}

static ac_str plain(const char *from, size_t len) {
    if (!len)
        return AC_ABSENT;
    ac_str cell = ac_str_n(from, len);
    return ac_str_eq(cell, AC_STR(NULL_CELL)) ? AC_STR_NULL : cell;
}

bool ac_batch_take_cells(char *line, size_t len, ac_str *cells, size_t n) {
    if (!len || line[len - 1] != '\n')
        return false;
    size_t at = 0;
    len--;
    for (size_t i = 0; i < n; i++) {
        if (at < len && line[at] == '"') {
            if (!take_quoted(line, len, &at, &cells[i]))
                return false;
        } else {
            const char *comma = at < len ? memchr(line + at, ',', len - at) : NULL;
            size_t end = comma ? (size_t)(comma - line) : len;
            cells[i] = plain(line + at, end - at);
            at = end;
        }
        bool is_last = i + 1 == n;
        if (is_last ? at != len : at >= len || line[at] != ',')
            return false;
        at++;
    }
    return true;
}
