#!/bin/bash
# SPDX-License-Identifier: MIT
# The fault matrix, all of it: every call acload makes, failing in every way, once or for ever.
#
#   run.sh [PATTERN]    the cases whose name matches: 'bulk_close_*'
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/matrix/matrix.sh
. "$(dirname "$0")/matrix.sh"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

matrix_begin
while read -r scenario route fault when; do
    # shellcheck disable=SC2053  # it is a pattern
    [[ ${scenario}_${route}_${fault//-/_}_$when == ${1-*} ]] || continue
    matrix "$scenario" "$route" "$fault" "$when"
done < <(matrix_list)
