#!/bin/bash
# SPDX-License-Identifier: MIT
# Golden cases: a folder with an input and the records that the rules make of it, each a dry run.
#
#   tests/cases/<thing>/<case>/   is one when it holds expect.ndjson; tests/cases/interval/README.md
#                                 says what else may be there
#   test_cases.sh [FOLDER...]     only these; without, every one
set -u
root=${AC_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
: "${ACLOAD:?test_cases.sh is started by make test}"
: "${PLUGINS:?test_cases.sh is started by make test}"

# jq writes every record on one line with its members in order.
canonical() { jq -cS . "$1"; }

one() { # folder: prints its line, and why it failed
    local case=$1 name tmp input status expected args=() env=() bad=()
    name=${case#"$root"/tests/cases/}
    tmp=$(mktemp -d) || return 1
    mkdir "$tmp/in" "$tmp/home" && cp "$case"/input* "$tmp/in/" || bad+=("there is no input")
    touch -d 2031-03-04T16:45:00Z "$tmp"/in/* # Created_Date__c comes from it
    input=$(cd "$tmp/in" && echo input*)
    if [ -f "$case/args" ]; then
        mapfile -t args < "$case/args"
    else
        args=(--region none)
    fi
    [ -f "$case/env" ] && mapfile -t env < "$case/env"
    (cd "$tmp/in" && env HOME="$tmp/home" SF_ADAPTER_NAMESPACE=- "${env[@]}" "$ACLOAD" import \
        --dry-run --log-values --plugin-dir "$PLUGINS" --schemas "$root/schemas" "${args[@]}" \
        "$input") > "$tmp/out" 2> "$tmp/err" < /dev/null
    status=$?
    expected=$(cat "$case/exit" 2> /dev/null || echo 0)
    [ "$status" = "$expected" ] || bad+=("exit code $status, expected $expected")
    canonical "$case/expect.ndjson" > "$tmp/want" || bad+=("expect.ndjson is no JSON")
    canonical "$tmp/out" > "$tmp/got" || bad+=("standard output is no JSON")
    diff -u "$tmp/want" "$tmp/got" > "$tmp/diff" || bad+=("other records")
    if [ -f "$case/expect.err" ]; then
        while IFS= read -r pattern; do
            grep -qE -e "$pattern" "$tmp/err" || bad+=("standard error has no line like: $pattern")
        done < "$case/expect.err"
    fi
    if [ ${#bad[@]} -eq 0 ]; then
        echo "ok $name"
    else
        { # in one write, so that cases running beside it do not mix with it
            printf 'not ok %s\n' "$name"
            printf '    %s\n' "${bad[@]}"
            sed 's/^/    /' "$tmp/diff" "$tmp/err"
        } > "$tmp/report"
        cat "$tmp/report"
    fi
    rm -rf "$tmp"
}

if [ "${1-}" = --one ]; then
    one "$2"
    exit 0
fi

cases=("$@")
if [ ${#cases[@]} -eq 0 ]; then
    for file in "$root"/tests/cases/*/*/expect.ndjson; do
        [ -f "$file" ] && cases+=("$(dirname "$file")")
    done
fi
if [ ${#cases[@]} -eq 0 ]; then
    echo "not ok there are no cases below tests/cases"
    exit 1
fi
log=$(mktemp) || exit 1
printf '%s\0' "${cases[@]}" |
    xargs -0 -n 1 -P "${AC_JOBS:-2}" "$root/tests/e2e/test_cases.sh" --one | tee "$log"
[ "$(grep -cE '^(not )?ok ' "$log")" -eq ${#cases[@]} ] || echo "not ok every case reports once"
! grep -q '^not ok' "$log"
