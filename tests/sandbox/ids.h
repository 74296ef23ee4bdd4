// SPDX-License-Identifier: MIT
// Record ids of 15 characters with the check letters that make them 18.
#ifndef SB_IDS_H
#define SB_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_ID_SIZE 19 // 18 characters, one NUL

// The id of row n (n >= 0) of the object with this three-character prefix.
void sb_id_make(char out[SB_ID_SIZE], const char *prefix, int64_t n);
// Accepts 15 characters, or 18 with the right check letters; out gets the 18.
bool sb_id_read(const char *s, size_t len, char out[SB_ID_SIZE]);
// The n that sb_id_make was given, or -1 when the id belongs to no such row.
int64_t sb_id_number(const char id[SB_ID_SIZE], const char *prefix);

#endif
