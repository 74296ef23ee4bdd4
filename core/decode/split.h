// SPDX-License-Identifier: MIT
// One row of CSV parted into its cells.
#ifndef AC_DECODE_SPLIT_H
#define AC_DECODE_SPLIT_H
#include "base/buf.h"

// The cells of a row that was kept as it came, without its line end: as the decoder gave them, so
// outer blanks of an unquoted cell are left out. They are slices of *text, which is cleared first.
// False: it is no row (a quote that is never closed, text behind one), has over max cells, or
// there is no memory. 0 for the delimiter is a comma.
bool ac_csv_split(ac_str raw, char delimiter, struct ac_buf *text, ac_str *cells, size_t max,
                  size_t *n);

#endif
