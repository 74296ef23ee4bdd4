#!/bin/bash
# SPDX-License-Identifier: MIT
# Contact records into a local org: the newest copy wins, one recording a contact, mapped fields.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/contacts.sh
. "$(dirname "$0")/contacts.sh"
: "${ACLOAD:?started by make test}"
: "${TORTURE:?the shim that ends acload}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

# An org with fields of its own: what recordings are found by, where attributes go.
cp -r "$AC_ROOT/schemas" schemas
field() { # object {field}: adds it
    jq ".fields += [$2]" "$AC_ROOT/schemas/$1.json" > "schemas/$1.json"
}
field AC_ContactChannelAnalytics__c '{"name": "Contact_Key__c", "label": "Contact Key",
    "type": "string", "length": 80, "externalId": true, "unique": true}'
field AC_ContactTraceRecord__c '{"name": "Customer_Number__c", "label": "Customer Number",
    "type": "string", "length": 10}, {"name": "Waited__c", "label": "Waited", "type": "double",
    "precision": 18, "scale": 0}, {"name": "Is_Test__c", "label": "Is Test", "type": "boolean"}'
field AC_HistoricalQueueMetrics__c '{"name": "Brand__c", "label": "Brand", "type": "string",
    "length": 20}'
SB_SCHEMAS=$PWD/schemas
sandbox_start
sb_login

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
import() { run import --json --state state --region none --plugin ctr "$@"; }
records() { # object
    sb GET "//sandbox/records?object=$1"
}

# All contacts of a kind hold their newest copy.
newest() { # kind
    records AC_ContactTraceRecord__c |
        jq -rs --arg kind "$1-" 'map(select(.ContactId__c | startswith($kind)))
            | "\(length) \(map(.QueueName__c) | unique | join(","))"'
}

# --- three copies of a contact, in all six orders -------------------------------------------------

arrivals file > one-file
import one-file
is in_one_file "$code $(newest file)" '0 6 copy 3'
is older_copies_are_counted "$(jq -c '[.rows.read, .records.written, .records.superseded]' \
    <<< "$out")" '[18,6,12]'
for n in 1 2 3; do arrival files $n > files-$n; done
import files-1 files-2 files-3
is in_three_files_of_one_run "$code $(newest files)" '0 6 copy 3'
for n in 1 2 3; do
    arrival runs $n > runs-$n
    import runs-$n
done
is in_three_runs "$code $(newest runs)" '0 6 copy 3'
import --again runs-1 runs-2 one-file
is an_older_file_again_changes_nothing "$code $(newest runs) $(newest file)" \
    '0 6 copy 3 6 copy 3'

# The second of three runs ends before its end, anywhere, and is started again, or is not.
ended() { # kind step: as the shim does it
    TORTURE_AT=$2 LD_PRELOAD=$TORTURE ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
        "$ACLOAD" import --state state --region none --plugin ctr "$1-2" > /dev/null 2>&1
}
arrival steps 1 > steps-1
import steps-1
arrival steps 2 > steps-2
TORTURE_COUNT=$PWD/steps LD_PRELOAD=$TORTURE \
    ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
    "$ACLOAD" import --state state --region none --plugin ctr steps-2 > /dev/null 2>&1
n_steps=$(< steps)
n_killed=0
killed='' restarted=''
for i in 1 2 3 4; do
    for n in 1 2 3; do arrival kill$i $n > kill$i-$n; done
    import kill$i-1
    ended kill$i $((n_steps * i / 5 + i % 2))
    [ $? -ne 137 ] || n_killed=$((n_killed + 1))
    [ $i -lt 3 ] || import kill$i-2
    import kill$i-3
    [ "$code" = 0 ] || restarted+=" $i ends with $code"
    import kill$i-2
    [ "$(newest kill$i)" = '6 copy 3' ] || killed+=" $i: $(newest kill$i)"
done
is the_second_run_was_ended_each_time "$n_killed" 4
is after_a_kill "$killed$restarted" ''

# --- recordings -----------------------------------------------------------------------------------

is without_the_option_there_are_none "$(records AC_ContactChannelAnalytics__c | wc -l)" 0
recordings() { # kind
    records AC_ContactChannelAnalytics__c |
        jq -rs --arg kind "$1-" 'map(select(.Contact_Key__c | startswith($kind)))
            | "\(length) \(map(.Contact_Key__c) | unique | length) \(
                map(.RecordingPath__c) | unique | join(","))"'
}
key=(--option recordings=key:Contact_Key__c)
arrivals heard > heard
import "${key[@]}" heard
is one_recording_for_a_contact "$code $(recordings heard)" '0 6 6 recordings/3.wav'
for n in 1 2 3; do
    arrival late $n > late-$n
    import "${key[@]}" late-$n
done
import "${key[@]}" --again heard late-2
is never_a_second_one "$code $(recordings heard) $(recordings late)" \
    '0 6 6 recordings/3.wav 6 6 recordings/3.wav'
import --option recordings=key:ContactId__c --again heard
is a_field_that_finds_nothing_is_no_key "$code" 2
like it_is_said_which_would_be "$err" '*ContactId__c*no external id*Contact_Key__c*'
import --option recordings=on --again heard
is recordings_need_a_key "$code" 2
like how_is_said "$err" '*recordings*key:Field__c*'

# --- fields without C -----------------------------------------------------------------------------

mkdir contacts reports
attributes='"Attributes":{"postcallCTRImportEnabled":"true"'
contact() { # id {attributes}
    copy "$1" 1 | sed "s|\"Attributes\":{\"postcallCTRImportEnabled\":\"true\"|$attributes$2|"
}
{
    contact mapped-1 ',"customer/number":"4711","waited":" 17 "'
    contact mapped-2 ',"customer/number":"4712","test":"TRUE"'
    contact mapped-3 ',"customer/number":"12345678901"'
    contact mapped-4 ',"waited":"long"'
} > contacts/a
printf 'Queue,StartInterval,EndInterval,Contacts handled,Brand\nOne,%s,%s,7,Acme\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > reports/a.csv
cat > mapped.json << END
{"region": "none", "state": "state", "jobs": {
  "contacts": {"inputs": "contacts", "min_age": "0s", "fields": {
    "Customer_Number__c": {"from": "/Attributes/customer~1number"},
    "Waited__c": {"from": "/Attributes/waited", "type": "number", "default": 0},
    "Is_Test__c": {"from": "/Attributes/test", "type": "boolean", "default": false},
    "QueueName__c": {"from": "/Attributes/queue", "default": "a name of ours"}}},
  "reports": {"inputs": "reports", "min_age": "0s", "fields": {"Brand__c": {"from": "Brand"}}}}}
END
run run --config mapped.json
is what_does_not_fit_is_rejected "$code" 1
is attributes_land_in_fields "$(records AC_ContactTraceRecord__c | jq -cs 'map(select(
    .ContactId__c | startswith("mapped")) | [.ContactId__c, .Customer_Number__c, .Waited__c,
    .Is_Test__c, .QueueName__c]) | sort[]')" \
    '["mapped-1","4711",17,false,"a name of ours"]
["mapped-2","4712",0,true,"a name of ours"]'
run rejects list --json --state state
like a_text_too_long_is_named "$out" '*STRING_TOO_LONG*Customer_Number__c*'
like a_word_for_a_number_is_named "$out" '*Waited__c takes a number from /Attributes/waited*long*'
is a_column_lands_in_a_field \
    "$(records AC_HistoricalQueueMetrics__c | jq -r .Brand__c)" Acme
mkdir other && printf 'Queue,StartInterval,EndInterval,Contacts handled\nOne,%s,%s,7\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > other/a.csv
sed 's/"inputs": "reports"/"inputs": "other"/' mapped.json > other.json
run run --config other.json reports
like a_column_that_is_missing_is_named "$code $err" '4 *Brand__c from Brand*no column*'

run check --config mapped.json --json
like check_knows_the_fields "$out" \
    '*Customer_Number__c of AC_ContactTraceRecord__c from *customer~1number*'
like check_knows_those_of_reports "$out" \
    '*Brand__c of AC_HistoricalQueueMetrics__c from Brand*'
sed 's/Customer_Number__c/Customer_Nummer__c/; s/"default": 0/"default": "none"/
    s/"type": "boolean"/"type": "datetime"/; s/, "default": false//' mapped.json > wrong.json
run check --config wrong.json --json
is check_fails_for_wrong_ones "$code" 2
like for_a_field_that_is_none "$out" '*Customer_Nummer__c is no field of the org*'
like for_a_default_that_does_not_fit "$out" '*default*none*Waited__c*'
like for_a_type_that_does_not_fit "$out" '*Is_Test__c with a datetime, which it cannot hold*'

# --- copies in inputs of which the first has arrived while the second is read ---------------------

# The second input begins with newer copies of the first's contacts, so it must wait for that; and
# it is so long that the first has arrived before its end.
contacts() { # kind number n
    copy "$1-@" "$2" |
        awk -v n="$3" '{ for (i = 0; i < n; i++) { s = $0; sub("@", i, s); print s } }'
}
contacts copied 1 600 > gone-1
{ contacts copied 2 600 && contacts other 1 20000; } > gone-2
echo '{"limits": {"bulk_max_bytes": 200000, "poll_first_ms": 1, "poll_max_ms": 1}}' > small.json
rm -rf state
req POST //sandbox/reset
run import --json --config small.json --state state --region none gone-1 gone-2
is what_waits_for_one_that_has_arrived_goes_too "$code $(jq -c '[.rows.sent, .rows.waiting,
    .inputs.settled]' <<< "$out")" '0 [21200,0,2]'
is and_the_newest_stays "$(records AC_ContactTraceRecord__c | grep '"copied-' |
    jq -r .QueueName__c | sort | uniq -c | tr -s ' ')" ' 600 copy 2'
