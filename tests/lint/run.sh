#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every linter, ends badly when one of them found something (from make lint).
#
#   AC_OUT   a built tree with its compile_commands.json
#   LINT     only these, of: selftest layers sizes banned spdx words symbols format tidy cppcheck
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root" || exit 2
: "${AC_OUT:?run.sh is started by make lint}"
jobs=${AC_JOBS:-2}
# shellcheck source=tests/lint/tools.sh
. "$here/tools.sh"
failed=()

one() { # name command...
    local name=$1 start=$SECONDS
    shift
    case " ${LINT:-$name} " in *" $name "*) ;; *) return ;; esac
    "$@" || failed+=("$name")
    [ $((SECONDS - start)) -lt 5 ] || echo "    ($((SECONDS - start)) s)"
}

one selftest "$here/selftest.sh"
for linter in layers sizes banned spdx words; do
    one $linter "$here/$linter.pl"
done
one symbols "$here/symbols.sh" "$AC_OUT"
one format lint_format . "$jobs"
one cppcheck lint_cppcheck . "$AC_OUT/compile_commands.json" "$jobs"
one tidy lint_tidy . "$AC_OUT" "$jobs"

if [ ${#failed[@]} -gt 0 ]; then
    echo "lint: failed: ${failed[*]}"
    exit 1
fi
echo "lint: clean"
