#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs one fuzz target under libFuzzer, from its cases as corpus: fuzz.sh PROGRAM SECONDS
#
# What libFuzzer finds worth keeping stays in corpus/<target> beside the program, for the next time.
set -u
program=$1
seconds=$2
name=$(basename "$program")
corpus=$(dirname "$program")/corpus/$name
here=$(dirname "$0")
mkdir -p "$corpus"
# tests/cases/csv/bare-quote/input becomes corpus/fuzz_csv/cases.csv.bare-quote.input
"$here/corpus.sh" "$name" | while read -r file; do
    cp "$file" "$corpus/$(tr / . <<< "${file#tests/}")"
done
log=$program.log
# What was given back is kept for a while, to see who still looks at it: a quarter of a gigabyte by
# default, which with a large corpus comes to the limit.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=64
if "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
    -use_value_profile=1 -artifact_prefix="$program." "$corpus" > "$log" 2>&1; then
    awk -v name="${name#fuzz_}" '/number_of_executed_units/ { runs = $2 }
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") reached = $(i + 1) }
        END { printf "ok   fuzz/%s  %d inputs, %d places reached\n", name, runs, reached }' "$log"
else
    tail -n 40 "$log"
    echo "FAIL fuzz/${name#fuzz_}  ($log)"
    exit 1
fi
