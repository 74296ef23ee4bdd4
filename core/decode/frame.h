// SPDX-License-Identifier: MIT
// JSON values cut out of a stream of text, without parsing them.
#ifndef AC_DECODE_FRAME_H
#define AC_DECODE_FRAME_H
#include "base/buf.h"
#include "decode/frame_scan.h"
#include "decode/text.h"

// Taken are one value, values with nothing, blanks, commas or line ends between them, and arrays,
// whose elements are the values: any mixture of these. Only objects are values here; anything else
// that stands where one could is a broken range. Every byte belongs to a value, to a broken range,
// or to what separates them: blanks, byte order marks, commas, the brackets of an array.
//
// A value that is damaged costs itself. Where the damage leaves its braces in balance, it is cut
// out like any other and the parser finds what is wrong. Where it does not (the scan of the value
// stops, see frame_scan.h, or ends with a brace too many), the next value's beginning is looked for
// from the damaged one's beginning on:
// - an object that begins a line, as far in as the damaged one, and not behind a comma or the like,
//   begins a value;
// - an object with the first member that the damaged value or the last good one has, or one where
//   no object may begin (behind a '}' for instance), or (in an array) behind "}," begins a value
//   when it ends like one: before the next, at the end of the array or of the input. What is nested
//   ends otherwise, so that no part of a value is taken for one.
// A value that the end of the input cuts off is one broken range, unless others have its first
// member and begin their lines as it does, or make up all the rest of its array.
//
// Memory: nothing but the first max_bytes of a broken range. The text comes in windows of any size,
// each beginning where the last one was used up to; a value is told when one window holds it whole
// with what follows (at most AC_FRAME_LOOK_BYTES).
#define AC_FRAME_LOOK_BYTES ((size_t)64 * 1024)
#define AC_FRAME_NONE (-1)

enum ac_frame_kind {
    AC_FRAME_MORE,   // a larger window, or the next one, please
    AC_FRAME_VALUE,  // an object
    AC_FRAME_BROKEN, // a range of bytes that is none
    AC_FRAME_END,    // there is nothing more
};

struct ac_frame_piece {
    size_t used;      // bytes of the window that are done with
    ac_str text;      // the value, in the window; of a broken range its beginning, till the next
    uint64_t line;    // its first byte's place: line from 1,
    uint64_t byte;    // byte of the member from 0,
    uint64_t column;  // byte of the line's text from 1
    uint64_t len;     // of a broken range, in bytes of the member
    const char *code; // of a broken range, as in ac_broken,
    const char *why;  // with what is wrong, till the next
};

struct ac_frame_place {  // of a byte in the member
    uint64_t line, byte; // line from 1, byte from 0
    uint64_t column;     // bytes of the line's text before it
    char last;           // the byte before it
};

struct ac_frame_sign { // how a value begins: its first member's name, with the quotes
    char text[64];     // longer ones are cut
    size_t len;        // 0: none
};

struct ac_frame {
    const struct ac_text *text; // tells bytes of the member from its text
    size_t max_bytes;           // of a value
    uint32_t max_depth;         // of braces and brackets in one
    enum {
        AC_FRAME_START,  // between values
        AC_FRAME_SCAN,   // in one
        AC_FRAME_WORD,   // in something that is none
        AC_FRAME_CLOSED, // behind the end of one
        AC_FRAME_LONG,   // in one that is too long
        AC_FRAME_SEARCH, // in a damaged range
        AC_FRAME_ENDED,
    } state;
    struct ac_scan scan;
    struct ac_frame_place at;    // of the window's first byte
    struct ac_frame_place begin; // of the value or range at hand
    bool in_array, had_array;
    bool begins_line;   // nothing but blanks stood before it in its line
    bool is_line_begin; // nothing but blanks since the line began:
    size_t n_indent;    // so many
    size_t indent;      // of the last value that began a line

    // A broken range in the making.
    struct ac_buf head;  // its beginning,
    size_t n_head;       // without the blanks at its end
    uint64_t len, blank; // bytes up to its last one that is not blank; of blanks behind it
    const char *code;
    char why[200];

    // The search for the next value.
    struct ac_frame_sign good, own; // of the last value told; of the damaged one
    int before, before_that;        // the last bytes that are not blank; AC_FRAME_NONE: none
    size_t n_quiet;                 // so many bytes hold no beginning; SIZE_MAX: till the line ends
    size_t n_to_stop;               // bytes to the one the scan stopped at; SIZE_MAX: passed, none
    unsigned n_tries;               // beginnings tried
    uint64_t n_again;               // bytes that searches look at again, in all
    bool is_cut_off;                // the input's end is what is wrong
};

// The text tells where its bytes stand in the member; it is borrowed. max_depth: at most
// AC_SCAN_MAX_DEPTH.
void ac_frame_init(struct ac_frame *f, const struct ac_text *text, size_t max_bytes,
                   uint32_t max_depth);
void ac_frame_free(struct ac_frame *f);
// The next piece of the window, which begins with the first byte not used so far. is_last: nothing
// comes behind it. The caller skips piece->used bytes each time. False without memory.
bool ac_frame_next(struct ac_frame *f, ac_str window, bool is_last, struct ac_frame_piece *piece,
                   enum ac_frame_kind *kind);

// --- between the files of the scanner ---

// The place behind n bytes that begin at `from`.
struct ac_frame_place ac_frame_behind(const struct ac_frame *f, struct ac_frame_place from,
                                      const char *ptr, size_t n);
// Passes over bytes that belong to the broken range in the making. False without memory.
bool ac_frame_eat(struct ac_frame *f, const char *ptr, size_t n);
// Begins a search behind what was eaten of the damaged value; n_to_stop: the bytes from there to
// where its scan stopped, SIZE_MAX: it stopped before.
void ac_frame_search_begin(struct ac_frame *f, size_t n_to_stop);
// How the value begins.
void ac_frame_sign(struct ac_frame_sign *sign, ac_str value);
bool ac_frame_is_signed(const struct ac_frame_sign *sign, ac_str first_member);
// Looks for the next value's beginning in the window; passes over all before it. *found: it is at
// *used. Neither found nor all used: a larger window is wanted. False without memory.
bool ac_frame_search(struct ac_frame *f, ac_str window, bool is_last, size_t *used, bool *found);

#endif
