#!/bin/bash
# SPDX-License-Identifier: MIT
# The fault matrix of logins, describes, records upserted by collections.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/matrix/matrix.sh
. "$(dirname "$0")/matrix.sh"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

matrix_all collections
