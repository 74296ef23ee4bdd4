#!/bin/bash
# SPDX-License-Identifier: MIT
# Every fuzz target on its corpus, then on some thousand seeded mutations of it. No fuzzer needed.
#
#   FUZZ_RUNS=2000   mutations for each;  FUZZ_SEED=1   chooses them
#   AC_DRIVEN        the programs (from the Makefile)
set -u
cd "${AC_ROOT:?test_fuzz.sh is started by make test}" || exit 2
runs=${FUZZ_RUNS:-2000}
seed=${FUZZ_SEED:-1}

one() { # program
    local name last files=() status
    name=$(basename "$1")
    last=$TMPDIR/$name.last
    mapfile -t files < <(tests/setup/corpus.sh "$name")
    timeout 100 "$1" "$last" "$runs" "$seed" "${files[@]}" > "$TMPDIR/$name.log" 2>&1
    status=$?
    if [ $status -eq 0 ] && [ ${#files[@]} -gt 0 ]; then
        echo "ok ${name}_holds: $(tail -n 1 "$TMPDIR/$name.log")"
        return
    fi
    echo "not ok ${name}_holds: exit code $status, ${#files[@]} inputs"
    tail -n 40 "$TMPDIR/$name.log" | cut -c 1-2000 | sed 's/^/    /'
    # The input being run: its length stands before it.
    local len
    len=$(od -An -N8 -tu8 "$last" | tr -d ' ')
    head -c $((8 + len)) "$last" | tail -c +9 > "$TMPDIR/$name.input"
    echo "    $TMPDIR/$name.input is what it ran, base64:"
    base64 < "$TMPDIR/$name.input" | head -n 60 | sed 's/^/    /'
}

for program in ${AC_DRIVEN:?the fuzz targets}; do one "$program"; done > "$TMPDIR/report"
cat "$TMPDIR/report"
! grep -q '^not ok' "$TMPDIR/report"
