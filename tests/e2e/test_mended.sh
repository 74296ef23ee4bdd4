#!/bin/bash
# SPDX-License-Identifier: MIT
# What the org lacked, hid or forbade and somebody has mended is there for the next command.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export ACLOAD_STATE=$TMPDIR/state HOME=$TMPDIR
A=AC_AgentPerformance__c Q=AC_HistoricalQueueMetrics__c

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
rows() { # column name occupancy
    printf '%s,StartInterval,EndInterval,Occupancy\n%s,%s,%s,%s\n' "$1" "$2" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z "$3"
}
counter() { sb GET //sandbox/counters | jq "$1"; }
describes() { counter '.calls.describe // 0'; }
# The same org, with other fields: it begins anew, where it was.
org_with() { # [option...]
    local port=${SB_URL##*:}
    sandbox_start ${port:+--port "$port"} "$@"
    sb_login
}
occupancy() { # agent
    sb_soql "SELECT Occupancy__c FROM $A WHERE AC_Object_Name__c = '$1'" |
        jq -c '[.records[].Occupancy__c]'
}

# --- a field that an input cannot do without ------------------------------------------------------

rows Agent Ann 2 > ann.csv
org_with --without $A.AC_Record_Id__c
run import --region none ann.csv
like a_hidden_key_is_told_with_its_object "$code $err" \
    "2 *ann.csv: *$A has no field AC_Record_Id__c*"
is it_is_asked_for_once "$(describes)" 1
run import --region none ann.csv
is still_hidden_it_is_asked_for_once_more "$code $(describes)" '2 2'
org_with
run import --region none ann.csv
# One more is refused: the session is that of the org as it was.
is mended_it_is_there_at_once "$code $(occupancy Ann) $(describes)" '0 [2] 2'
rows Agent Bea 3 > bea.csv
run import --region none bea.csv
is then_the_answer_is_kept "$code $(occupancy Bea) $(describes)" '0 [3] 2'

rows Agent Cleo 4 > cleo.csv
rm -rf state
printf '{"state":"%s/state","region":"none","jobs":{"nightly":{"inputs":"cleo.csv",
    "min_age":"0s"}}}' "$TMPDIR" > acload.json
org_with --without $A.AC_Object_Name__c
run run --config acload.json
like the_object_and_the_job_are_told "$code $err" \
    "2 *cleo.csv: job nightly: the org's object $A has no field AC_Object_Name__c*AC_Administrator*"
org_with
run run --config acload.json
is the_job_goes_on_at_once "$code $(occupancy Cleo)" '0 [4]'

# --- a field that an input goes without -----------------------------------------------------------

rm -rf state
org_with --without $A.Occupancy__c
run import --region none ann.csv
like a_hidden_field_is_left_out "$code $err" '0 *left out*Occupancy*'
org_with
run check --region none
like a_check_sees_what_was_mended "$out" "*$A: * of * known fields are there*"
before=$(describes)
run import --region none bea.csv
is so_does_what_comes_after_it "$code $(occupancy Bea) $(describes)" "0 [3] $before"

# --- a batch that was left ------------------------------------------------------------------------

rm -rf state
org_with
req POST //sandbox/faults '[{"route":"PATCH */composite/sobjects/'$A'/*","row_like":"*",
    "row_message":"Not allowed.","row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}]'
rows Agent Dora 5 > dora.csv
seq 300 | sed 's/.*/D&,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,5/' >> dora.csv
run import --region none dora.csv
is a_batch_is_left "$code $(occupancy Dora)" '2 []'
req POST //sandbox/faults '[]'
sqlite3 state/ledger.db "UPDATE describe
    SET body = CAST(replace(CAST(body AS TEXT), '\"Occupancy__c\"', '\"Other__c\"') AS BLOB)"
rows Queue Elm 6 > elm.csv
run import --region none elm.csv
is it_goes_though_its_field_was_hidden_for_a_while \
    "$code $(occupancy Dora) $(counter ".records.$Q.created")" '0 [5] 1'
