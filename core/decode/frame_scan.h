// SPDX-License-Identifier: MIT
// The end of one JSON value, found without parsing it.
#ifndef AC_DECODE_FRAME_SCAN_H
#define AC_DECODE_FRAME_SCAN_H
#include "base/str.h"

#define AC_SCAN_MAX_DEPTH 2048u // what jansson can parse

// Follows braces and brackets outside of strings. What costs next to nothing is checked on the
// way, because it tells early that a value is damaged: that a closing quote stands where a string
// may end, that no string spans lines, that a brace closes what a brace opened, that an object
// begins where one may. All else is left to the parser.
enum ac_scan_end {
    AC_SCAN_MORE,     // the text ends before the value does
    AC_SCAN_CLOSED,   // the value ends here
    AC_SCAN_QUOTE,    // here stands something behind a string that cannot be there
    AC_SCAN_NEWLINE,  // a line ends here inside of a string
    AC_SCAN_OPEN,     // here stands a brace where no value can begin
    AC_SCAN_MISMATCH, // a brace here closes a bracket, or the other way round
};

struct ac_scan {
    size_t at; // from the value's first byte
    uint32_t depth, max_depth;
    bool is_deep; // it went deeper than max_depth: told, not stopped at
    char behind;  // the last byte outside of strings, no blank, before those at hand
    enum { AC_SCAN_OUT, AC_SCAN_TEXT, AC_SCAN_ESCAPE, AC_SCAN_AFTER } state;
    uint64_t is_object[AC_SCAN_MAX_DEPTH / 64];
};

// A value whose first byte is a brace, a bracket or a quote.
void ac_scan_init(struct ac_scan *s, uint32_t max_depth);
// Goes on from s->at. The text begins with the value's first byte; it may be longer each time.
enum ac_scan_end ac_scan_run(struct ac_scan *s, ac_str text);
// The text's first n bytes, which are scanned, will not be there any more.
void ac_scan_forget(struct ac_scan *s, const char *text, size_t n);

static inline bool ac_scan_is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#endif
