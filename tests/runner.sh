#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs test programs and scripts, prints one line each, what a failed one said, and the sums.
#
#   tests/runner.sh PROGRAM... (from the Makefile, which sets AC_OUT and AC_JOBS)
#
# A program of check counts as many tests as its summary says. A script counts its lines that begin
# with "ok " and "not ok ", or as one. Every program has a fresh TMPDIR and HOME and sees none of
# the user's own settings for acload, Salesforce, AWS or proxies, so that no test can reach them.
#
# What a test finds in its environment (all paths absolute):
#   AC_ROOT   the source tree, and the directory it starts in
#   AC_OUT    the build folder, build/release; ACLOAD and SANDBOX are programs in it
#   PLUGINS   the folder of the built plugins; AC_ABI the one of tests/abi
#   TMPDIR    an empty folder of its own, removed when the test passes
# WRAP is a command put before each program (valgrind ...), LIMIT_S (240) seconds one may take.
set -u
export LC_ALL=C.UTF-8 TZ=UTC
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2

# Whatever rights a test took away from its own folders.
clear_away() { # folder
    [ ! -d "$1" ] || chmod -R u+rwX "$1" 2> /dev/null
    rm -rf "$1"
}

run_one() { # program: leaves <name>.log and <name>.sum, prints its line
    local program=$1 name file status start took passed failed line
    [[ $program == /* ]] || program=$AC_ROOT/$program
    name=${program#"$AC_OUT"/tests/}
    name=${name#"$AC_ROOT"/tests/}
    name=${name#unit/}
    name=${name/test_/}
    name=${name%.sh}
    file=$AC_LOGS/${name//\//.}
    local tmp=$AC_TMP/${name//\//.}
    clear_away "$tmp"
    mkdir -p "$tmp/home"
    start=${EPOCHREALTIME/[.,]/}
    # shellcheck disable=SC2086  # WRAP is a command with its arguments
    TMPDIR=$tmp HOME=$tmp/home timeout -k 5 "$AC_LIMIT_S" ${WRAP:-} "$program" \
        > "$file.log" 2>&1 < /dev/null
    status=$?
    took=$((${EPOCHREALTIME/[.,]/} - start))
    line=$(grep -aE '^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+' "$file.log" |
        tail -n 1)
    if [ -n "$line" ]; then
        read -r passed failed < <(sed -E \
            's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+).*/\1 \2 \3/' \
            <<< "$line" | awk '{ print $1 - $2 - $3, $2 + $3 }')
    else
        passed=$(grep -acE '^ok( |$)' "$file.log")
        failed=$(grep -acE '^not ok( |$)' "$file.log")
        [ $((passed + failed)) -eq 0 ] && [ $status -eq 0 ] && passed=1
    fi
    # A program that ends badly has failed, whatever it printed; so has one that tested nothing.
    [ $status -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
    [ $((passed + failed)) -eq 0 ] && [ -z "${CK_RUN_CASE:-}" ] && failed=1
    echo "$passed $failed" > "$file.sum"
    local verdict=ok more=''
    [ "$failed" -ne 0 ] && verdict=FAIL && more=", $failed failed"
    more+=$(printf '  %d.%02d s' $((took / 1000000)) $((took % 1000000 / 10000)))
    [ $status -eq 124 ] && more+="  (stopped after $AC_LIMIT_S s)"
    [ $status -gt 124 ] && more+="  (ended by signal $((status & 127)))"
    printf '%-4s %-36s %4d passed%s\n' $verdict "$name" "$passed" "$more" # in one write
    if [ "$failed" -eq 0 ]; then
        clear_away "$tmp"
    else
        printf '%s %s\n' "$name" "$file.log" >> "$AC_LOGS/failed"
    fi
}

if [ "${1-}" = --one ]; then
    run_one "$2"
    exit 0
fi

: "${AC_OUT:?runner.sh is started by make test}"
AC_OUT=$(cd "$AC_OUT" && pwd) || exit 2
export AC_ROOT=$root AC_OUT AC_LIMIT_S=${LIMIT_S:-240}
export AC_LOGS=$AC_OUT/log AC_TMP=$AC_OUT/tmp
export ACLOAD=$AC_OUT/acload SANDBOX=$AC_OUT/acload-sandbox
export PLUGINS=$AC_OUT/plugins AC_ABI=$AC_OUT/abi
while read -r name; do
    case $name in
        SF_* | AWS_* | ACLOAD_* | XDG_* | MAKE* | MFLAGS | *_proxy | *_PROXY | NO_COLOR)
            unset "$name"
            ;;
    esac
done < <(compgen -e)
export CK_VERBOSITY=normal CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
if [ -n "${CASE:-}" ]; then
    export CK_RUN_CASE=$CASE
fi
asan=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export ASAN_OPTIONS=${ASAN_OPTIONS-$asan}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1:halt_on_error=1}

clear_away "$AC_TMP"
rm -rf "$AC_LOGS"
mkdir -p "$AC_LOGS" "$AC_TMP"
if [ $# -eq 0 ]; then
    echo "runner.sh: no test has that name" >&2
    exit 2
fi
start=$SECONDS
printf '%s\0' "$@" | xargs -0 -n 1 -P "${AC_JOBS:-2}" "$root/tests/runner.sh" --one

if [ -s "$AC_LOGS/failed" ]; then
    sort "$AC_LOGS/failed" | while read -r name log; do
        printf '\n--- %s: what it said (%s)\n' "$name" "$log"
        tail -n 200 "$log"
    done
fi
read -r passed failed < <(cat "$AC_LOGS"/*.sum | awk '{ p += $1; f += $2 } END { print p+0, f+0 }')
n=$(find "$AC_LOGS" -name '*.sum' | wc -l)
if [ "$n" -ne $# ]; then
    echo "runner.sh: $# programs, but only $n reported" >&2
    failed=$((failed + $# - n))
fi
if [ "$((passed + failed))" -eq 0 ]; then
    echo "runner.sh: no case is called ${CASE:-that}" >&2
    failed=1
fi
printf '\n%d programs, %d s\n' $# $((SECONDS - start))
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
