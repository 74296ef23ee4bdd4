#!/bin/bash
# SPDX-License-Identifier: MIT
# What S3 brings, against what is promised: one notification, then 10,000 objects (make bench).
#
# A notification on standard input to 50 records settled is measured against curl, which makes the
# same requests again, kept from a run of acload, in one process and on kept connections; both take
# turns. Answers are held back as long as a bucket and an org take at best: AWS tells to expect 100
# to 200 ms of S3, and no org upserts 50 records in less than ORG_MS. With answers at once hardly
# more is compared than the start of two processes, of which one writes to disk what it is about to
# send, and what became of it: that ratio is printed as well, without a bound.
#
# The objects are imported by their prefix, acload import s3://reports/many/, where they share
# batches. BENCH_SHORT=1 takes a tenth of them. Ends badly when a bound is missed.
set -u
: "${AC_BENCH:?s3.sh is started by make bench}"
cd "$AC_ROOT" || exit 2
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh
S3_MS=100 ORG_MS=200
objects=10000 rows=50 columns=60
[ -z "${BENCH_SHORT:-}" ] || objects=1000
s3=$AC_OUT/bench-s3-$objects many=$AC_OUT/bench-s3-$objects/reports/many

[ -e "$s3/done" ] || {
    rm -rf "$s3" && mkdir -p "$many" "$s3/reports/one" &&
        "$AC_BENCH/generate" $((objects * rows)) $columns | awk -v n=$rows -v dir="$many" '
            NR == 1 { header = $0; next }
            NR % n == 2 { close(file); file = sprintf("%s/%05d.csv", dir, ++i) }
            NR % n == 2 { print header > file }
            { print > file }' &&
        "$AC_BENCH/generate" $rows $columns > "$s3/reports/one/report.csv" && touch "$s3/done"
} || die "no objects"
[ "$(find "$many" -name '*.csv' | wc -l)" = $objects ] || die "not $objects objects"

export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true HOME=$work
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret
export ACLOAD_CONFIG=$work/acload.json
cat > "$ACLOAD_CONFIG" << END
{"state": "$work/state", "region": "none", "jobs": {"one": {"inputs": "s3://reports/one/"}}}
END
object=$s3/reports/one/report.csv
jq -cn --arg etag "$(md5sum < "$object" | cut -d ' ' -f 1)" --argjson n "$(wc -c < "$object")" '
    {Records: [{eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put",
        s3: {bucket: {name: "reports"}, object: {key: "one/report.csv", size: $n, eTag: $etag}}}]}
    ' > "$work/event"
printf '#!/bin/sh\nexec "%s" hook --json --again - < "%s"\n' "$ACLOAD" "$work/event" > "$work/hook"
chmod +x "$work/hook"

# --- one notification -----------------------------------------------------------------------------

# Login and describe are kept in the state directory: once a first event has been there, each needs
# but its object and one call for the records.
mkdir "$work/tape"
sandbox_start --discard --s3 "$s3" --token bench-session --tape "$work/tape"
export AWS_ENDPOINT_URL_S3=$SF_HOST
times=1 least first "$work/hook"
rm "$work/tape"/*
times=1 least second "$work/hook"
sed -i '1{/^next$/d}' "$work/tape/requests"
requests=$(grep -c '^url = ' "$work/tape/requests")
sandbox_start --discard --s3 "$s3" --token bench-session

turns=$((10 * report_times))
take_turns() { # name: the least wall time of each
    local i
    for ((i = 0; i < turns; i++)); do
        times=1 least curl curl -K "$work/tape/requests"
        cat "$work/curl" >> "$work/curls_$1"
        times=1 least acload "$work/hook"
        [ "$(tail -n 1 "$work/acload.out" | jq .records.written)" = $rows ] ||
            die "not $rows records"
        cat "$work/acload" >> "$work/acloads_$1"
    done
    sort -n "$work/curls_$1" | head -n 1 > "$work/curl_$1"
    sort -n "$work/acloads_$1" | head -n 1 > "$work/acload_$1"
}
sync -f "$work" # what was written before is nothing to wait for now
take_turns bare
curl -s --fail -d '[{"route": "* /services/*", "delay_ms": '$ORG_MS'},
    {"route": "* /reports/*", "delay_ms": '$S3_MS'}]' "$SF_HOST/sandbox/faults" > "$work/err" ||
    die "the answers cannot be held back"
take_turns held
[ "$(count | jq -c '[.total, (.statuses | keys)]')" = "[$((4 * turns * requests)),[\"2xx\"]]" ] ||
    die "curl and acload did not make the same requests: $(count)"

# --- ten thousand objects -------------------------------------------------------------------------

sandbox_start --discard --s3 "$s3"
times=1 least many "$ACLOAD" import --json --state "$work/state_many" --region none \
    s3://reports/many/
[ "$(jq -c '[.inputs.settled, .records.written]' "$work/many.out")" = \
    "[$objects,$((objects * rows))]" ] || die "not all objects: $(cat "$work/many.out")"
count > "$work/many.json"
calls=$(jq .api_calls "$work/many.out")

printf '\nA notification of an object of %d rows, %d requests; the least of %d. %s\n%s\n\n' \
    $rows "$requests" $turns "$objects such objects, once." \
    "Answers are held back $S3_MS ms by S3, $ORG_MS ms by the org."
printf '%-46s %10s %10s %10s\n' '' 'wall ms' 'CPU ms' 'peak MiB'
for name in curl_bare acload_bare curl_held acload_held many; do
    printf '%-46s %10.0f %10.0f %10.1f\n' "$(case $name in
        curl_bare) echo 'the requests by curl' ;;
        acload_bare) echo 'acload hook, from event to settled' ;;
        curl_held) echo 'curl, with answers held back' ;;
        acload_held) echo 'acload hook, with answers held back' ;;
        many) echo "acload import, $objects objects" ;;
    esac)" "$(field $name 1)" "$(field $name 2)" "$(mebibytes $name)"
done
printf '\n%-58s %10s %10s\n' 'figure' 'measured' 'bound'
row 'wall: a notification / its requests by curl' \
    "$(over "$(field acload_held 1)" "$(field curl_held 1)")" 1.2
row 'the same, with answers at once' \
    "$(over "$(field acload_bare 1)" "$(field curl_bare 1)")" -
row "$objects objects: objects a second" \
    "$(awk -v n=$objects '{ printf "%.0f", n * 1000 / $1 }' "$work/many")" -
row "$objects objects: API calls to the org" "$calls" -
row "$objects objects: requests to S3" "$(jq .calls.s3 "$work/many.json")" -
row "$objects objects: peak resident, MiB" "$(mebibytes many)" 64
exit $status
