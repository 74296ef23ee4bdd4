#!/bin/bash
# SPDX-License-Identifier: MIT
# Signals and streams that close in the middle of a load.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c

many() { # rows
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    seq "$1" | sed 's/$/,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7/'
}
many 400 > many.csv
config() { # [members]: one call at a time; waits that would be noticed
    echo '{"retry":{"base_ms":600000,"max_ms":600000},"limits":{"poll_first_ms":1,"poll_max_ms":1,
        "collections_in_flight":1'"${1-}"'}'"${2-}"'}' > config.json
}
plan() { req POST //sandbox/faults "[${1-}]"; }
fresh() {
    rm -rf state
    req POST //sandbox/reset
    plan "${1-}"
}
import=("$ACLOAD" import --json --config config.json --state state --region none)

# Begins a load, and waits until the org has met the first rule of its plan.
begin() { # file
    "${import[@]}" "$1" > out.json 2> err.txt &
    pid=$!
    sb_met $pid || not_ok the_load_begins "$(< err.txt)"
}
# What the load ended with; the seconds it took to.
end() {
    local from=$SECONDS
    wait "$pid"
    code=$?
    took=$((SECONDS - from))
}
again() { # file: sets code, out
    out=$("${import[@]}" "$1" 2> err.txt)
    code=$?
}
org() { sb GET //sandbox/counters | jq -c "[.records.$Q.created, .records.$Q.updated]"; }
calls() { sb GET //sandbox/counters | jq -c "$1"; }
slow='"nth":1,"delay_ms":400'
hung='"nth":1,"delay_ms":86400000'

sandbox_start --without $Q.Region__c
config

# --- what is in flight is settled; of an upsert the whole batch goes again later -----------------

for signal in TERM INT; do
    fresh '{"route":"PATCH */composite/sobjects/*",'"$slow"'}'
    begin many.csv
    kill -$signal $pid
    end
    is "${signal}_ends_resumably" "$code" 3
    like "${signal}_is_told" "$(< err.txt)" '*stopped by a signal*run again to go on*'
    is "the_call_under_way_at_${signal}_is_settled_and_none_begun" "$(jq -c \
        '[.records.written, .rows.sent, .records.waiting]' out.json) $(org)" '[200,200,200] [200,0]'
    again many.csv
    is "after_${signal}_the_rest_is_sent" \
        "$code $(jq -c '[.records.written, .records.waiting]' <<< "$out") $(org)" \
        '0 [400,0] [400,200]'
done

fresh '{"route":"PATCH */jobs/ingest/*",'"$slow"'}'
config ',"collections_max":0'
begin many.csv
kill $pid
end
is a_job_under_way_is_settled "$code $(jq -c .records.written out.json) $(org)" '3 400 [400,0]'
again many.csv
is and_is_not_done_again "$code $(calls .calls.bulk_create)" '0 1'

# --- no longer than the grace ---------------------------------------------------------------------

fresh '{"route":"GET */jobs/ingest/*",'"$hung"'}'
config ',"collections_max":0' ',"grace":"1s"'
begin many.csv
kill $pid
end
is what_does_not_end_is_left_after_the_grace "$code $(jq -c .records.written out.json)" '3 0'
again many.csv
is and_asked_about_by_the_next_run "$code $(org) $(calls .calls.bulk_create)" '0 [400,0] 1'

# --- a second signal ------------------------------------------------------------------------------

fresh '{"route":"GET */jobs/ingest/*",'"$hung"'}'
config ',"collections_max":0'
begin many.csv
kill $pid
kill $pid
for ((i = 0; i < 100; i++)); do # the first may still have been on its way
    kill $pid 2> /dev/null || break
    pause 0.02
done
end
is a_second_signal_ends_it_at_once "$code $((took > 5))" '3 0'
again many.csv
is and_leaves_it_resumable "$code $(org) $(calls .calls.bulk_create)" '0 [400,0] 1'

# --- while nothing is in flight -------------------------------------------------------------------

fresh '{"route":"PATCH */composite/sobjects/*","nth":1,"status":503,
    "headers":{"Retry-After":"500"}}'
config
many 3 > few.csv
begin few.csv
kill $pid
end
is a_wait_for_another_try_ends_with_a_signal "$code $((took > 5)) $(org)" '3 0 [null,null]'

fresh
mkfifo rows
"${import[@]}" - < rows > out.json 2> err.txt &
pid=$!
exec 4> rows
many 10 >&4
for ((i = 0; i < 1000; i++)); do # until it has taken what there is
    [ -n "$(find state -type f -size +0 -path '*stdin*' 2> /dev/null)" ] && break
    pause 0.01
done
kill $pid
end
exec 4>&-
is standard_input_is_not_waited_for "$code $((took > 5))" '3 0'
is and_none_of_it_was_sent "$(calls .calls.collections_upsert)" null

# --- streams that are closed ----------------------------------------------------------------------

fresh
"${import[@]}" few.csv 2> err.txt | :
is a_reader_that_is_gone_does_no_harm "${PIPESTATUS[0]} $(org)" '0 [3,0]'
fresh
"${import[@]}" few.csv >&- 2> err.txt
is a_closed_standard_output_does_no_harm "$? $(org)" '0 [3,0]'
fresh
"${import[@]}" few.csv <&- >&- 2>&-
is all_of_them_closed_do_no_harm "$? $(org)" '0 [3,0]'
fresh
"${import[@]}" few.csv > out.json 2> /dev/full
is messages_that_nobody_can_read_do_no_harm "$? $(org)" '0 [3,0]'
"$ACLOAD" status --state state --json > status.json
is the_ledger_says_so_too "$(jq -c '[.settled, .rows.sent]' status.json)" '[1,3]'

# --- on a terminal --------------------------------------------------------------------------------

# The login takes so long that a bar is worth drawing from the first rows on.
fresh '{"route":"POST */oauth2/token","nth":1,"delay_ms":500}'
many 3000 > long.csv
mkdir folder && many 3000 | sed 's/^[0-9]/Q&/' | gzip > folder/long.csv.gz
script -qec "${import[*]} long.csv folder" tty.txt > /dev/null
is a_load_on_a_terminal_arrives "$? $(org)" '0 [6000,0]'
like it_has_a_bar_with_an_end "$(< tty.txt)" '*━* %*1,024 rows *left*'
fresh '{"route":"PATCH */composite/sobjects/*","nth":1,"delay_ms":2000}'
script -qec "echo \$\$ > pid.txt; exec ${import[*]} few.csv" tty.txt > /dev/null &
pid=$!
for ((i = 0; i < 3000; i++)); do
    req GET //sandbox/faults
    [[ $SB_BODY == *'"fired":0'* ]] || break
    pause 0.01
done
kill -INT "$(< pid.txt)"
end
like a_signal_is_seen_to_be_heeded "$(< tty.txt)" '*3 under way*stopping; Ctrl-C ends at once*'
is what_was_under_way_has_arrived "$(org)" '[3,0]'
