#!/bin/bash
# SPDX-License-Identifier: MIT
# Two processes that import copies of one contact at the same time: the newest stays.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/contacts.sh
. "$(dirname "$0")/contacts.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
sandbox_start
sb_login
echo '{"retry": {"base_ms": 1, "max_ms": 5}, "limits": {"poll_first_ms": 1, "poll_max_ms": 20}}' \
    > collections.json
jq '.limits.collections_max = 0' collections.json > bulk.json

# Either file has the newest copy of one contact.
{ copy a 3; copy b 1; copy alone-1 1; } > first
{ copy a 1; copy b 3; copy alone-2 1; } > second
{ copy c 3; } > other
plan() { req POST //sandbox/faults "[${1-}]"; }
begin() { # config input, which names the files of its output: sets pid
    : > "$2.err" # what an earlier one said is not this one's
    "$ACLOAD" import --json --config "$1.json" --region none "$2" > "$2.out" 2> "$2.err" &
    pid=$!
}
import() { begin "$@" && wait $pid; }
held() { # the copy of each contact that the org has
    req GET '//sandbox/records?object=AC_ContactTraceRecord__c'
    jq -rs 'map("\(.ContactId__c) \(.QueueName__c)") | join(", ")' <<< "$SB_BODY"
}
sums() { jq -c '.records | [.written, .superseded]' "$1.out"; }
fresh() {
    rm -rf state
    req POST //sandbox/reset
}
until_said() { # pid file pattern
    local i
    for ((i = 0; i < 3000; i++)); do
        [[ $(< "$2") != *$3* ]] || return 0
        kill -0 "$1" 2> /dev/null || return 1
        pause 0.01
    done
    return 1
}
waits='another run is sending the same records; this one waits for it'

# --- the org is slow with the first: what the second says, and what stays -------------------------

both() { # config route
    fresh
    plan '{"route":"'"$2"'","nth":1,"delay_ms":1500}'
    begin "$1" first
    local one=$pid
    sb_met $one || not_ok "$1_the_first_is_under_way" "$(< first.err)"
    import "$1" other
    is "$1_other_contacts_need_not_wait" "$? $(sums other) $(< other.err)" '0 [1,0] '
    kill -0 $one || not_ok "$1_the_first_is_under_way_still" "$(< first.err)"
    import "$1" second
    local second=$?
    wait $one
    is "$1_both_arrive" "$? $second $(sums first) $(sums second)" '0 0 [3,0] [2,1]'
    like "$1_the_second_says_that_it_waits" "$(< second.err)" "*$waits*"
    is "$1_the_newest_stays" "$(held)" \
        'a copy 3, alone-1 copy 1, alone-2 copy 1, b copy 3, c copy 3'
}
both collections 'PATCH */composite/sobjects/*'
both bulk 'PATCH */jobs/ingest/*'

# --- the first dies while the second waits: what the org took of it is asked before all else ------

dies() { # config route first second
    fresh
    plan '{"route":"'"$2"'","nth":1,"delay_ms":86400000}'
    begin "$1" "$3"
    local one=$pid
    sb_met $one || not_ok "$1_the_first_hangs" "$(< "$3.err")"
    begin "$1" "$4"
    local two=$pid
    ok_if "$1_the_second_waits" until_said $two "$4.err" "$waits"
    kill -KILL $one
    wait $one 2> /dev/null
    wait $two
    like "$1_the_second_stops_when_the_first_is_dead" "$? $(< "$4.err")" '3 *LEFT_BATCH*'
    plan
    import "$1" "$4"
}
dies collections 'PATCH */composite/sobjects/*' first second
is the_next_run_ends_what_the_first_has_left "$? $(held)" \
    '0 a copy 3, alone-1 copy 1, alone-2 copy 1, b copy 3'
# Its job goes on in the org, with older copies of which the second has a newer one.
{ copy d 1; copy e 1; copy f 1; } > old
{ copy e 2; } > new
dies bulk 'GET */jobs/ingest/*' old new
is the_job_of_the_dead_one_is_done_with "$? $(held)" '0 d copy 1, e copy 2, f copy 1'
dies bulk 'GET */jobs/ingest/*' new old
is nor_does_an_older_copy_come_later "$? $(held)" '0 d copy 1, e copy 2, f copy 1'
is nothing_is_left "$("$ACLOAD" status --json | jq -c '[.open, .batches]')" '[0,[]]'

# --- a signal ends the wait -----------------------------------------------------------------------

fresh
plan '{"route":"PATCH */composite/sobjects/*","nth":1,"delay_ms":86400000}'
begin collections first
one=$pid
sb_met $one || not_ok the_first_hangs_again "$(< first.err)"
begin collections second
two=$pid
ok_if the_second_waits_again until_said $two second.err "$waits"
kill -TERM $two
wait $two
is a_signal_ends_the_wait "$?" 3
kill -KILL $one
wait $one 2> /dev/null
plan
import collections second
is afterwards_both_arrive "$? $(held)" '0 a copy 3, alone-1 copy 1, alone-2 copy 1, b copy 3'
