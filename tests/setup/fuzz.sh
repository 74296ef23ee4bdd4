#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs one fuzz target from the cases as corpus: fuzz.sh PROGRAM SECONDS
set -u
program=$1
seconds=$2
name=$(basename "$program")
name=${name#fuzz_}
corpus=$(dirname "$program")/corpus/$name
mkdir -p "$corpus"
# tests/cases/csv/bare-quote/input becomes corpus/csv/bare-quote.input
if [ -d "tests/cases/$name" ]; then
    find "tests/cases/$name" -type f -name 'input*' | while read -r file; do
        cp "$file" "$corpus/$(tr / . <<< "${file#"tests/cases/$name/"}")"
    done
fi
log=$program.log
if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$program." "$corpus" > "$log" 2>&1; then
    echo "ok   fuzz/$name  $(awk '/number_of_executed_units/ { print $2 }' "$log") inputs"
else
    tail -n 40 "$log"
    echo "FAIL fuzz/$name  ($log)"
    exit 1
fi
