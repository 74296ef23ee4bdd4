#!/bin/bash
# SPDX-License-Identifier: MIT
# Speed and memory against what is promised, as one table of ratios (make bench).
#
# Every ratio is of two figures measured in this run. BENCH_SHORT=1 takes a tenth of the rows.
# Ends badly when a bound is missed.
set -u
: "${AC_BENCH:?run.sh is started by make bench}"
cd "$AC_ROOT" || exit 2
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh
rows=1000000
[ -z "${BENCH_SHORT:-}" ] || rows=100000
columns=60
report=$AC_OUT/bench-$rows.csv
contacts=$AC_OUT/bench-$rows.json
small=$work/small.csv

# The two whose ratio is the closest to its bound take turns, so that both meet the same machine;
# of the turns' ratios the middle one counts.
least_of_both() {
    local i
    for ((i = 0; i < 2 * report_times; i++)); do
        times=1 least bare "$AC_BENCH/bare_csv" "$report"
        cat "$work/bare" >> "$work/bares"
        TMPDIR=$work times=1 least spool "$AC_BENCH/spool" - "$PLUGINS" schemas "$report"
        cat "$work/spool" >> "$work/spools"
        over "$(field spool 2)" "$(field bare 2)" >> "$work/ratios"
        echo >> "$work/ratios"
    done
    sort -k2,2 -n "$work/bares" | head -n 1 > "$work/bare"
    sort -k2,2 -n "$work/spools" | head -n 1 > "$work/spool"
}

[ -s "$report" ] || {
    "$AC_BENCH/generate" $rows $columns > "$report.part" && mv "$report.part" "$report"
} || die "no report"
[ -s "$contacts" ] || {
    "$AC_BENCH/generate_ctr" $rows > "$contacts.part" && mv "$contacts.part" "$contacts"
} || die "no contacts"
"$AC_BENCH/generate" 50 $columns > "$small"

sandbox_start --discard
fresh() { rm -rf "$work/state"; }
before=fresh
cat "$report" > /dev/null # both read it from memory
least_of_both
least ledger "$AC_BENCH/spool" "$work/state" "$PLUGINS" schemas "$report"
least load "$ACLOAD" import --json --state "$work/state" --region none "$report"
calls=$(jq .api_calls "$work/load.out")
written=$(jq .records.written "$work/load.out")
polling=$(jq '.polling_ms // 0' "$work/load.out")
[ "$written" = $rows ] || die "$written records were written, not $rows"
[ "$(cut -d ' ' -f 2 "$work/spool.out")" = $rows ] || die "not all rows were spooled"

# Half a minute each, so that what disturbs one disturbs the next no less: once will do.
times=1
cat "$contacts" > /dev/null
least bare_json "$AC_BENCH/bare_json" "$contacts"
TMPDIR=$work least spool_json "$AC_BENCH/spool" - "$PLUGINS" schemas "$contacts"
least ledger_json "$AC_BENCH/spool" "$work/state" "$PLUGINS" schemas "$contacts"
least load_json "$ACLOAD" import --json --state "$work/state" --region none "$contacts"
written=$(jq .records.written "$work/load_json.out")
[ "$written" = $rows ] || die "$written contacts were written, not $rows"
[ "$(cat "$work/bare_json.out")" = $rows ] || die "jansson alone did not find all contacts"
[ "$(cut -d ' ' -f 2 "$work/ledger_json.out")" = $rows ] || die "not all contacts were spooled"

before=
"$ACLOAD" import --quiet --again --state "$work/state" --region none "$small" 2> "$work/err" ||
    die "the small report ended with $?"
count > "$work/before.json"
times=10 least small "$ACLOAD" import --json --again --state "$work/state" --region none "$small"
count > "$work/after.json"
small_calls=$(jq .api_calls "$work/small.out")
collections=$(jq -n --slurpfile a "$work/before.json" --slurpfile b "$work/after.json" \
    '($b[0].calls.collections_upsert - $a[0].calls.collections_upsert) / 10')

megabytes() { echo $(($(stat -c %s "$1") / 1000000)); }
printf '\nA queue report of %d rows and %d columns (%d MB), as many contacts (%d MB); %s.\n\n' \
    $rows $columns "$(megabytes "$report")" "$(megabytes "$contacts")" \
    "the least of $report_times runs, of contacts one"
printf '%-30s %10s %10s %10s\n' '' 'wall ms' 'CPU ms' 'peak MiB'
for name in bare spool ledger load small bare_json spool_json ledger_json load_json; do
    printf '%-30s %10.0f %10.0f %10.1f\n' "$(case $name in
        bare) echo 'libcsv alone' ;;
        spool) echo 'read, map, spool' ;;
        ledger) echo 'the same with digest and ledger' ;;
        load) echo 'load into the local org' ;;
        small) echo '50 rows into the local org' ;;
        bare_json) echo 'contacts: jansson alone' ;;
        spool_json) echo 'contacts: read, map, spool' ;;
        ledger_json) echo 'contacts: with digest, ledger' ;;
        load_json) echo 'contacts: load' ;;
    esac)" "$(field $name 1)" "$(field $name 2)" "$(mebibytes $name)"
done
printf '\n%-58s %10s %10s\n' 'figure' 'measured' 'bound'
row 'CPU: read, map, spool / libcsv alone, middle of the turns' \
    "$(sort -n "$work/ratios" | sed -n "$((report_times))p")" 2.5
row 'wall: load (without polling) / the same without an org' \
    "$(over "$(awk -v p="$polling" '{ print $1 - p }' "$work/load")" "$(field ledger 1)")" 1.3
row 'peak resident of the load, MiB' "$(mebibytes load)" 64
row 'API calls of the load' "$calls" 60
row '50 rows: API calls, describe cached' "$small_calls" 1
row '50 rows: collections calls' "$collections" 1
row '50 rows: CPU from start to exit, ms' "$(field small 2)" 50
row 'contacts: CPU: read, map, spool / jansson alone' \
    "$(over "$(field spool_json 2)" "$(field bare_json 2)")" 1.5
row 'contacts: the same with digest and ledger' \
    "$(over "$(field ledger_json 2)" "$(field bare_json 2)")" 1.5
row 'contacts: peak resident of the load, MiB' "$(mebibytes load_json)" 64
exit $status
