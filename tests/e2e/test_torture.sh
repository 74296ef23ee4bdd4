#!/bin/bash
# SPDX-License-Identifier: MIT
# A few of the steps and seeds of make torture.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/torture/torture.sh
. "$(dirname "$0")/../torture/torture.sh"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

sandbox_start --seed 1
torture collections 101 7
torture faults 211 90
torture insert 141 60
torture recordings 67 30
torture_seed 2
