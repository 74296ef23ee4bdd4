#!/bin/bash
# SPDX-License-Identifier: MIT
# Recordings found by their contact's id, or inserted: one a contact, whatever happens.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/contacts.sh
. "$(dirname "$0")/contacts.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
sandbox_start
sb_login
echo '{"retry": {"base_ms": 1, "max_ms": 5}, "limits": {"poll_first_ms": 1, "poll_max_ms": 20}}' \
    > config.json

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
by_contact=(import --config config.json --json --state state --region none --plugin ctr
    --option recordings=contact)
import() { run "${by_contact[@]}" "$@"; }
faults() { req POST //sandbox/faults "$1"; }

# "records contacts paths" of all contacts whose ids begin so.
recordings() { # kind
    req GET '//sandbox/records?object=AC_ContactChannelAnalytics__c'
    jq -rs --arg kind "$1-" 'map(select(.ContactId__c | startswith($kind))) | "\(length) \(
        map(.ContactId__c) | unique | length) \(map(.RecordingPath__c) | unique | join(","))"' \
        <<< "$SB_BODY"
}
sums() { jq -c '.records | [.created, .updated, .refused]' <<< "$out"; }

# --- copies, inputs, runs -------------------------------------------------------------------------

arrivals file > one-file
import one-file
is in_one_file "$code $(recordings file) $(sums)" '0 6 6 recordings/3.wav [12,0,0]'
req GET '//sandbox/records?object=AC_ContactChannelAnalytics__c'
is all_fields_are_there "$(grep -m 1 '"file-123"' <<< "$SB_BODY" | jq -c 'to_entries |
    map(select(.key != "Name") | "\(.key)=\(.value)")')" '["ContactId__c=file-123",'`
    `'"InstanceId__c=i-1","CustomerEndpointAddress__c=+12025550100",'`
    `'"RecordingPath__c=recordings/3.wav"]'
for n in 1 2 3; do arrival files $n > files-$n; done
import files-1 files-2 files-3
is in_three_files_of_one_run "$code $(recordings files)" '0 6 6 recordings/3.wav'
for n in 1 2 3; do
    arrival runs $n > runs-$n
    import runs-$n
done
is in_three_runs_the_newest_stays "$code $(recordings runs)" '0 6 6 recordings/3.wav'
import --again one-file runs-1
is again_finds_them "$code $(recordings file) $(recordings runs)" \
    '0 6 6 recordings/3.wav 6 6 recordings/3.wav'
# Without the memory of the ledger: the org alone knows.
run "${by_contact[@]}" --state other one-file
is another_ledger_finds_them_too "$code $(recordings file) $(sums)" \
    '0 6 6 recordings/3.wav [0,12,0]'

# --- records that somebody else has made ----------------------------------------------------------

sb POST /sobjects/AC_ContactChannelAnalytics__c \
    '{"ContactId__c": "mine-1", "RecordingPath__c": "old", "Sentiment__c": "NEUTRAL, 0.9"}' > made
copy mine-1 2 > mine
copy mine-2 2 >> mine
import mine
is a_record_made_beforehand_is_found "$code $(recordings mine) $(sums)" \
    '0 2 2 recordings/2.wav [3,1,0]'
is what_else_it_holds_stays "$(sb_soql "SELECT Id, Sentiment__c FROM AC_ContactChannelAnalytics__c
    WHERE ContactId__c = 'mine-1'" | jq -r '.records[] | .Id + " " + .Sentiment__c')" \
    "$(jq -r .id made) NEUTRAL, 0.9"
sb DELETE "/sobjects/AC_ContactChannelAnalytics__c/$(jq -r .id made)" > out.sb
import --again mine
is one_that_was_deleted_is_made_anew "$code $(recordings mine)" '0 2 2 recordings/2.wav'

# --- ended between insert and answer --------------------------------------------------------------

until_there() { # kind n: until the org has so many, whoever waits for what
    local i
    for ((i = 0; i < 3000; i++)); do
        [[ $(recordings "$1") != "$2 "* ]] || return 0
        pause 0.01
    done
    return 1
}
seq 300 | while read -r n; do copy "cut-$n" 1; done > cut-off
faults '[{"route": "GET */jobs/ingest/*", "delay_ms": 60000}]' # the org does not say how it went
"$ACLOAD" "${by_contact[@]}" cut-off > /dev/null 2>&1 &
pid=$!
ok_if they_are_inserted until_there cut 300
kill -KILL $pid
wait $pid 2> /dev/null
is it_was_ended_before_it_heard_of_that $? 137
faults '[]'
import cut-off
is after_it_none_is_there_twice "$code $(recordings cut)" '0 300 300 recordings/1.wav'
is and_nothing_is_left "$("$ACLOAD" status --state state --json | jq -c '[.open, .batches]')" \
    '[0,[]]'

# --- it dies while one batch waits for another with the same contacts -----------------------------

many() { # kind number
    copy "$1-@" "$2" | awk '{ for (i = 0; i < 900; i++) { s = $0; sub("@", i, s); print s } }'
}
many left 1 > left-1
many left 2 > left-2
jq '.limits.bulk_max_bytes = 150000' config.json > small.json
for round in 1 2; do
    rm -rf state
    req POST //sandbox/reset
    faults '[{"route": "GET */query*", "delay_ms": 3000, "nth": 1}]'
    "$ACLOAD" "${by_contact[@]}" --config small.json left-$round left-$((3 - round)) \
        > /dev/null 2> err.txt &
    pid=$!
    sb_met $pid || not_ok "it_looks_for_the_first_$round" "$(< err.txt)"
    for ((i = 0; i < 150; i++)); do # until all is sealed
        [ "$("$ACLOAD" status --state state --json | jq '[.batches[] | select(.object ==
            "AC_ContactChannelAnalytics__c" and .state == "sent")] | length')" != 2 ] || break
        pause 0.01
    done
    kill -KILL $pid
    wait $pid 2> /dev/null
    faults '[]'
    import left-$round left-$((3 - round))
    is "none_is_there_twice_$round" "$code $(recordings left)" '0 900 900 recordings/2.wav'
done

# --- two at once ----------------------------------------------------------------------------------

copy both-1 1 > both-a
copy both-1 2 > both-b
faults '[{"route": "PUT */batches", "nth": 1, "delay_ms": 500}]'
"$ACLOAD" "${by_contact[@]}" both-a > /dev/null 2>&1 &
pid=$!
for ((i = 0; i < 3000; i++)); do # until it has asked, and found nothing
    [[ $(sb GET //sandbox/faults | jq '.[0].fired') != 1 ]] || break
    pause 0.01
done
import both-b
wait $pid
is both_end_well "$? $code" '0 0'
is and_one_waits_for_the_other "$(recordings both)" '1 1 recordings/2.wav'
like and_says_so "$err" '*another run looks for records*waits*'
faults '[]'

# --- what cannot be -------------------------------------------------------------------------------

copy bad-1 1 > bad
import --option recordings=contact,recordings_object=AC_Nothing__c bad
like an_object_the_org_lacks_is_exit_2 "$code $err" '2 *AC_Nothing__c*'
sandbox_start --without AC_ContactChannelAnalytics__c.ContactId__c
import bad
like without_the_field_it_is_exit_2 "$code $err" \
    '2 *AC_ContactChannelAnalytics__c has no field ContactId__c to find records by*'
SB_SCHEMAS=$PWD/schemas
cp -r "$AC_ROOT/schemas" schemas
jq '(.fields[] | select(.name == "ContactId__c")) += {type: "textarea", length: 32768}' \
    "$AC_ROOT/schemas/AC_ContactChannelAnalytics__c.json" > \
    schemas/AC_ContactChannelAnalytics__c.json
sandbox_start
import bad
like a_field_nobody_can_ask_by_is_exit_2 "$code $err" '2 *ContactId__c*cannot be found by it*255*'
unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET
run import --dry-run --region none --plugin ctr --option recordings=contact bad
is a_dry_run_says_that_they_are_found "$code $(jq -r '"\(.operation) \(.key)"' <<< "$out" |
    tail -n 1)" '0 find ContactId__c'
