#!/bin/bash
# SPDX-License-Identifier: MIT
# Torture of inserts.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/torture/torture.sh
. "$(dirname "$0")/torture.sh"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

sandbox_start --seed 1
torture_all insert insert-faults retry-insert recordings recordings-parts recordings-faults
