// SPDX-License-Identifier: MIT
// JSON text written member by member.
#ifndef SB_JSONW_H
#define SB_JSONW_H

#include "buf.h"

#include <stdint.h>

// Commas are put where they belong; the caller sees to the pairing. Failure shows in b->failed.
struct sb_json {
    struct sb_buf *b;
    bool comma;
};

void sb_json_open(struct sb_json *j, char bracket);
void sb_json_close(struct sb_json *j, char bracket);
void sb_json_key(struct sb_json *j, const char *name);
void sb_json_text(struct sb_json *j, const char *s, size_t len);
// A NULL string is null.
void sb_json_str(struct sb_json *j, const char *s);
void sb_json_int(struct sb_json *j, int64_t v);
void sb_json_real(struct sb_json *j, double v);
void sb_json_bool(struct sb_json *j, bool v);
void sb_json_null(struct sb_json *j);
// A value that is JSON text already.
void sb_json_raw(struct sb_json *j, const char *s, size_t len);
// Both parts of a member.
void sb_json_put_str(struct sb_json *j, const char *name, const char *s);
void sb_json_put_int(struct sb_json *j, const char *name, int64_t v);
void sb_json_put_bool(struct sb_json *j, const char *name, bool v);
void sb_json_put_null(struct sb_json *j, const char *name);

#endif
