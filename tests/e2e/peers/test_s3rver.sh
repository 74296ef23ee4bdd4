#!/bin/bash
# SPDX-License-Identifier: MIT
# Inputs on S3, from s3rver as others wrote it (it checks signatures), into the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/peers/peers.sh
. "$(dirname "$0")/peers.sh"
: "${ACLOAD:?started by make check}"
here=$(cd "$(dirname "$0")" && pwd)

peer_install s3rver s3rver@3 aws4fetch@1
s3=$SB_DIR/s3 s3_port=''
mkdir "$s3" && cd "$SB_DIR" || exit 2
export HOME=$SB_DIR

report() { # queue...
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n'
    printf '%s,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7\n' "$@"
}
odd=('odd/a b.csv' 'odd/a+b.csv' 'odd/a%20b.csv' 'odd/a:b=c&d.csv' "odd/a'(b)!~*.csv"
    'odd/ÄÖ 日本.csv' 'odd/a,b;c@d$.csv' 'odd/a?b#c.csv')
printf '%s\n' "${odd[@]}" > "$s3/keys"
report zipped-one > one.csv
report zipped-two > two.csv
zip -q "$s3/reports.zip" one.csv two.csv
mkfifo to from
# Its tokens for the next page are made with DES.
node --openssl-legacy-provider "$here/s3rver.js" "$s3" < to > from 2> "$s3/err" &
s3_pid=$!
exec 8> to 9< from
end() {
    local status=$?
    exec 8>&- 9<&-
    kill "$s3_pid" 2> /dev/null
    wait "$s3_pid" 2> /dev/null
    (exit "$status") # for lib_end to see
    lib_end
}
trap end EXIT
for ((i = 0; i < 6000 && ! ${#s3_port}; i++)); do
    [ -s "$s3/port" ] && s3_port=$(< "$s3/port")
    kill -0 "$s3_pid" 2> /dev/null || break
    pause 0.01
done
[ -n "$s3_port" ] || { not_ok s3rver_starts "$(< "$s3/err")"; exit 1; }
export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$s3_port AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER AWS_EC2_METADATA_DISABLED=true

put() { # key file
    printf '%s\t%s\n' "$1" "$2" >&8
    read -r -u 9 -t 20 REPLY
}
run() {
    : > "$s3/log"
    "$ACLOAD" "$@" > out.txt 2> err.txt
    code=$?
    out=$(head -c 20000 out.txt) err=$(< err.txt)
}
dry() { run import --dry-run --region none "$@"; }
records() { grep -c '"object"' out.txt; }
lists() { grep -c 'list-type=2' "$s3/log"; }

# --- keys -----------------------------------------------------------------------------------------

for ((i = 0; i < ${#odd[@]}; i++)); do
    dry "s3://reports/${odd[i]}"
    like "the_key_${odd[i]//[^a-z0-9]/_}_is_read" "$code $out" "0 *odd $i*"
done
dry s3://reports/odd/
is all_keys_of_a_prefix_are_read "$code $(records)" "0 ${#odd[@]}"
dry 's3://reports/odd/a[+%]*'
is a_pattern_chooses_keys "$code $(records)" '0 2'
dry s3://reports/many/
is pages_of_a_thousand_are_followed "$code $(records) $(lists)" '0 1010 2'
dry s3://reports/empty/
is what_is_empty_is_passed_over "$code $(records)" '0 0'
dry s3://reports/zip/reports.zip
is an_archive_is_read "$code $(records)" '0 2'

# --- what is refused ------------------------------------------------------------------------------

AWS_SECRET_ACCESS_KEY=wrong dry s3://reports/odd/
like a_wrong_secret_is_refused "$code $err" \
    '2 *does not accept the credentials*SignatureDoesNotMatch*'
AWS_SECRET_ACCESS_KEY=wrong dry "s3://reports/${odd[0]}"
like a_wrong_secret_is_refused_for_an_object "$code $err" '2 *does not accept the credentials*'
AWS_ACCESS_KEY_ID=nobody dry s3://reports/odd/
like a_wrong_key_is_refused "$code $err" '2 *InvalidAccessKeyId*'
AWS_ACCESS_KEY_ID='' dry s3://reports/odd/
like half_a_key_is_explained "$code $err" '2 *AWS_ACCESS_KEY_ID is not*'
AWS_ACCESS_KEY_ID='' AWS_SECRET_ACCESS_KEY='' dry s3://reports/odd/
like so_are_no_credentials "$code $err" '2 *set AWS_ACCESS_KEY_ID*'
dry s3://reports/Odd/
like a_missing_prefix_is_named "$code $err" '4 *s3://reports/Odd/: *no object whose key begins so*'
dry s3://reports/nothing.csv
like a_missing_key_is_named "$code $err" '4 *s3://reports/nothing.csv*no such object*'
dry s3://nowhere/x.csv
like a_missing_bucket_is_named "$code $err" '4 *s3://nowhere/x.csv*no bucket of that name*'
AWS_ENDPOINT_URL_S3=http://minio.invalid:9000 dry s3://reports/odd/
like plain_http_is_refused "$code $err" '2 *minio.invalid*allow_http*'
dry s3://reports/nothing.csv "s3://reports/${odd[0]}"
is the_others_are_read "$code $(records)" '4 1'

# --- what breaks ----------------------------------------------------------------------------------

echo '/reports/big.csv 700000 3' > "$s3/cut"
dry s3://reports/big.csv
rm "$s3/cut"
is a_broken_transfer_goes_on "$code $(records)" '0 60000'
is nothing_is_missing_or_doubled "$(grep -o '"big [0-9]*"' out.txt | sort -u | wc -l)" 60000
is it_goes_on_where_it_broke "$(grep -c '^GET /reports/big.csv bytes=[0-9]*-$' "$s3/log")" 3
ok_if it_begins_at_the_first_byte_missing grep -q '^GET /reports/big.csv bytes=700000-$' "$s3/log"

# --- a live prefix --------------------------------------------------------------------------------

name() { # report, age in hours: sets key
    printf -v key 'live/%s-%(%Y-%m-%dT%H:00:00Z)T.csv' "$1" $((EPOCHSECONDS - $2 * 3600))
}
TZ=UTC
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c
cat > acload.json << END
{"state": "state", "jobs": {"live": {"inputs": "s3://reports/live/"}}}
END
for hours in 2000 1000 500 200 100 80 10 2; do
    report "q$hours" > one.csv
    name rep "$hours" && put "$key" one.csv
done
run run --config acload.json --json
is everything_is_imported_once "$code $(jq -c '[.inputs.settled, .rows.sent]' <<< "$out")" '0 [8,8]'
before=$(sb GET //sandbox/counters | jq .api)
run run --config acload.json
is with_nothing_new_it_says_nothing "$code|$out|$err|$(lists)" '0|||1'
is no_object_is_fetched_again "$(grep -c csv "$s3/log")" 0
is the_org_is_not_called "$(sb GET //sandbox/counters | jq .api)" "$before"
report new > one.csv && name rep 1 && put "$key" one.csv
report late > one.csv && name rep 300 && put "$key" one.csv
run run --config acload.json --json
is what_is_new_in_the_window_is_found \
    "$code $(jq -c '[.inputs.settled, .rows.sent]' <<< "$out") $(lists)" '0 [1,1] 1'
sqlite3 state/ledger.db "UPDATE checkpoint SET at_ms = at_ms - 86400000 WHERE scope = 'sweep'"
run run --config acload.json --json
is what_came_late_is_found_once_a_day "$code $(jq -c '[.inputs.settled]' <<< "$out")" '0 [1]'
report changed > one.csv && name rep 1 && put "$key" one.csv
run run --config acload.json --json
is an_object_that_was_replaced_is_new "$code $(jq -c '[.inputs.settled]' <<< "$out")" '0 [1]'
