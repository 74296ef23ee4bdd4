#!/bin/bash
# SPDX-License-Identifier: MIT
# Golden cases: a folder with an input and the records that the rules make of it, each a dry run.
#
#   tests/cases/<thing>/<case>/   is one when it holds expect.ndjson; tests/cases/interval/README.md
#                                 says what else may be there
#   test_cases.sh [FOLDER...]     only these; without, every one
#
# A worker takes several cases, since jq and the like take longer to start than acload to run.
set -u
root=${AC_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
: "${ACLOAD:?test_cases.sh is started by make test}"
: "${PLUGINS:?test_cases.sh is started by make test}"

# The case's input goes to an empty folder of its own (without one, the run fails soon enough).
prepare() { # case place
    mkdir -p "$2/in"
    cp "$1"/input* "$2/in/"
    cp "$1/expect.ndjson" "$2/want"
}

run() { # case place: leaves out, err, status
    local args=(--region none) env=()
    [ -f "$1/args" ] && mapfile -t args < "$1/args"
    [ -f "$1/env" ] && mapfile -t env < "$1/env"
    (
        cd "$2/in" || exit 99
        for variable in SF_ADAPTER_NAMESPACE=- "${env[@]}"; do export "${variable?}"; done
        exec "$ACLOAD" import --dry-run --log-values --plugin-dir "$PLUGINS" \
            --schemas "$root/schemas" "${args[@]}" input*
    ) > "$2/out" 2> "$2/err" < /dev/null
    echo $? > "$2/status"
}

# Writes every record on one line with its members in order, beside each file as <file>.line.
canonical() { # file...
    jq -cS '[input_filename, .]' "$@" 2> /dev/null > "$tmp/all" ||
        for file in "$@"; do # some file is no JSON: one after the other
            jq -cS '[input_filename, .]' "$file" 2>> "$file.bad"
        done > "$tmp/all"
    for file in "$@"; do : > "$file.line"; done
    awk '{ at = index($0, "\","); print substr($0, at + 2) > (substr($0, 3, at - 3) ".line") }' \
        "$tmp/all"
}

verdict() { # case place: prints its line, and why it failed
    local name=${1#"$root"/tests/cases/} status expected=0 bad=() pattern
    status=$(< "$2/status")
    [ -f "$1/exit" ] && expected=$(< "$1/exit")
    [ "$status" = "$expected" ] || bad+=("exit code $status, expected $expected")
    [ -s "$2/want.bad" ] && bad+=("expect.ndjson is no JSON")
    [ -s "$2/out.bad" ] && bad+=("standard output is no JSON")
    cmp -s "$2/want.line" "$2/out.line" || bad+=("other records")
    if [ -f "$1/expect.err" ]; then
        while IFS= read -r pattern; do
            grep -qE -e "$pattern" "$2/err" || bad+=("standard error has no line like: $pattern")
        done < "$1/expect.err"
    fi
    if [ ${#bad[@]} -eq 0 ]; then
        echo "ok $name"
        return
    fi
    echo "not ok $name"
    printf '    %s\n' "${bad[@]}"
    diff -u "$2/want.line" "$2/out.line" | sed 's/^/    /'
    sed 's/^/    /' "$2/err"
}

worker() { # case...
    local n=0 files=() case
    tmp=$(mktemp -d) || exit 1
    export HOME=$tmp
    for case in "$@"; do
        prepare "$case" "$tmp/$n"
        files+=("$tmp/$n/want" "$tmp/$n/out")
        n=$((n + 1))
    done
    touch -d 2031-03-04T16:45:00Z "$tmp"/*/in/* # Created_Date__c comes from it
    n=0
    for case in "$@"; do
        run "$case" "$tmp/$n"
        n=$((n + 1))
    done
    canonical "${files[@]}"
    n=0
    for case in "$@"; do
        verdict "$case" "$tmp/$n"
        n=$((n + 1))
    done > "$tmp/report"
    cat "$tmp/report" # in one write, so that workers do not mix
    rm -rf "$tmp"
}

if [ "${1-}" = --worker ]; then
    shift
    worker "$@"
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
    xargs -0 -n 12 -P "${AC_JOBS:-2}" "$root/tests/e2e/test_cases.sh" --worker | tee "$log"
n=$(grep -cE '^(not )?ok ' "$log")
[ "$n" -eq ${#cases[@]} ] || echo "not ok $n of ${#cases[@]} cases reported" | tee -a "$log"
! grep -q '^not ok' "$log"
