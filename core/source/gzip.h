// SPDX-License-Identifier: MIT
// The checksums inside a gzip file, compared with what came out of it.
//
// libarchive unpacks gzip without looking at them, so that most flipped bits would go unnoticed.
// Where one member of a gzip file ends is not told either; it is found by the header of the next.
#ifndef AC_SOURCE_GZIP_H
#define AC_SOURCE_GZIP_H
#include "base/str.h"

struct ac_gzip {
    uint32_t table[8][256];
    uint32_t crc; // of all that was unpacked
    uint64_t n_unpacked;
    uint32_t parts_crc; // what the trailers of all members but the last say, as one
    uint32_t parts_len; // modulo 2^32, as they say it
    uint64_t n_parts;
    unsigned char carry[17]; // the last packed bytes: a trailer with most of a header
    size_t n_carry;
    unsigned char tail[16]; // the last packed bytes, of zeros at their end eight at most
    size_t n_tail, n_zeros;
};

void ac_gzip_init(struct ac_gzip *g);
void ac_gzip_packed(struct ac_gzip *g, ac_str bytes);   // all of the file, in order
void ac_gzip_unpacked(struct ac_gzip *g, ac_str bytes); // all that came out of it
// At the end of both: do length and checksum fit? True as well where nobody can tell (several
// members with more than 4 GiB in all).
bool ac_gzip_is_good(const struct ac_gzip *g);

#endif
