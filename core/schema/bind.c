// SPDX-License-Identifier: MIT
// Header cells looked up by name, once an input.
#include "schema/bind.h"
#include "record/name.h"

ac_str ac_bind_trim(ac_str column) { return ac_name_trim(column); }

int ac_bind_column(const ac_str *columns, size_t n, ac_str name) {
    name = ac_name_trim(name);
    for (size_t i = 0; i < n; i++)
        if (ac_name_same(ac_name_trim(columns[i]), name))
            return (int)i;
    return -1;
}
