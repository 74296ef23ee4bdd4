// SPDX-License-Identifier: MIT
// Cell text judged against a field, before it is sent.
#ifndef AC_SCHEMA_CHECK_H
#define AC_SCHEMA_CHECK_H
#include "schema/schema.h"

// AC_OK, or AC_ROW with the code the org would give (STRING_TOO_LONG, NUMBER_OUTSIDE_VALID_RANGE,
// INVALID_TYPE_ON_FIELD_IN_RECORD, INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, TOO_MANY_ENUM_VALUE,
// MALFORMED_ID, REQUIRED_FIELD_MISSING for null or an empty text where the org takes none, and our
// own NOT_REPRESENTABLE for the literal text #N/A, which Bulk CSV cannot carry) and a text naming
// the field, the value (cut at 80 characters) and the limit. AC_ABSENT is always right. Never
// converts; allocates nothing.
// Fast on short numbers and ASCII text: it runs for every cell.
enum ac_rc ac_check_cell(const struct ac_field *field, ac_str text, struct ac_err *err);
// Is it a plain decimal number (-12, 3.5, .5, 1e3)? Digits before and after the point, and the
// number of fraction digits that are not trailing zeros.
bool ac_check_number(ac_str text, int *n_integer, int *n_fraction);

#endif
