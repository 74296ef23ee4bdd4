// SPDX-License-Identifier: MIT
// JSON records on their way to or from the store.
#ifndef SB_RECORD_H
#define SB_RECORD_H

#include "request.h"
#include "save.h"

// Reads the members of a record. False when the whole request is to be refused with *whole; what
// refuses the record alone is in out->fail.
bool sb_record_read(const struct sb_schema *s, struct sb_arena *a, const struct sb_object *o,
                    json_t *record, struct sb_input *out, struct sb_fail *whole);
// A list of field names ("A,B"); NULL: all visible ones. False after an answer with the error.
bool sb_record_fields(struct sb_req *req, const struct sb_object *o, const char *names,
                      const struct sb_field ***out, size_t *n);
// Writes a stored row with its attributes. False when there is no such living row.
bool sb_record_print(struct sb_req *req, struct sb_json *j, const struct sb_object *o, int64_t n,
                     const struct sb_field *const *fields, size_t n_fields);
// The "attributes" member.
void sb_record_attributes(struct sb_req *req, struct sb_json *j, const struct sb_object *o,
                          const char *id);

#endif
