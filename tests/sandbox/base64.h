// SPDX-License-Identifier: MIT
// Base64 in its two alphabets.
#ifndef SB_BASE64_H
#define SB_BASE64_H

#include <stdbool.h>
#include <stddef.h>

// Reads either alphabet, with or without padding; out needs len / 4 * 3 + 3 bytes.
bool sb_base64_read(const char *s, size_t len, char *out, size_t *n);
// Writes the common alphabet with padding and a NUL; out needs (len + 2) / 3 * 4 + 1 bytes.
void sb_base64_write(const void *bytes, size_t len, char *out);

#endif
