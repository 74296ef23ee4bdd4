// SPDX-License-Identifier: MIT
// A member's text as UTF-8, whatever encoding it is stored in.
#ifndef AC_DECODE_TEXT_H
#define AC_DECODE_TEXT_H
#include "base/buf.h"
#include "source/source.h"

// UTF-8 is lent straight from the source. UTF-16 and 8-bit encodings are turned into UTF-8 such
// that every place in the text can be told in bytes of the member again (ac_text_span): what
// cannot be turned becomes bytes that are not UTF-8 either, so that the row is found broken and
// nothing is guessed.
enum ac_text_kind { AC_TEXT_UTF8, AC_TEXT_UTF16LE, AC_TEXT_UTF16BE, AC_TEXT_8BIT };

struct ac_text {
    struct ac_source *src;
    enum ac_text_kind kind;
    bool is_look;      // nothing is taken from the source
    size_t n_looked;   // bytes of the source looked at and not taken
    size_t mark_bytes; // length of the byte order mark
    bool has_ended;
    struct ac_buf out; // not for UTF-8
    size_t at;         // in out: taken up to here
    char (*table)[4];  // of an 8-bit encoding: UTF-8 of each byte,
    unsigned char *table_len;
};

// Finds the encoding by its mark, else by name (NULL: UTF-8). With is_look the source is left
// where it is. AC_INPUT: an encoding nobody knows, or what the source said.
enum ac_rc ac_text_open(struct ac_text *t, struct ac_source *src, const char *encoding,
                        size_t max_bytes, bool is_look, struct ac_err *err);
void ac_text_close(struct ac_text *t);
// Is it an encoding that ac_text_open takes? NULL is.
enum ac_rc ac_text_encoding(const char *encoding, struct ac_err *err);
// As ac_source_peek and ac_source_take, in UTF-8.
enum ac_rc ac_text_peek(struct ac_text *t, size_t min, ac_str *text, struct ac_err *err);
void ac_text_take(struct ac_text *t, size_t n);
// Its first bytes, max of them though the source may have more at hand; is_last: that is all.
enum ac_rc ac_text_look(struct ac_text *t, size_t max, ac_str *head, bool *is_last,
                        struct ac_err *err);
// How many bytes of the member this piece of its text stands for.
uint64_t ac_text_span(const struct ac_text *t, const char *ptr, size_t len);

#endif
