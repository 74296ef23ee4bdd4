#!/bin/bash
# SPDX-License-Identifier: MIT
# Bulk jobs that a killed run left, in each state; the org has forgotten some, others are not ours.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
Q=AC_HistoricalQueueMetrics__c C=Call_Campaign__c

seq 40 | awk 'BEGIN { print "Phone" } { printf "+1202555%06d\n", $1 }' > calls.csv
seq 40 | awk 'BEGIN { print "Queue,StartInterval,EndInterval,Contacts handled" }
    { print "Q" $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z," $1 }' > queues.csv
echo '{"retry":{"base_ms":1,"max_ms":1},"limits":{"poll_first_ms":1,"poll_max_ms":1,
    "collections_max":0}}' > config.json
plan() { # [rules]
    req POST //sandbox/faults "[${1-}]"
    [ "$SB_STATUS" = 200 ] || not_ok a_plan_is_taken "$SB_BODY"
}
import=("$ACLOAD" import --json --config config.json --region none)
insert=(--plugin "$AC_ABI/good/calls.so" calls.csv)
upsert=(queues.csv)
run() { # words: sets code, out
    out=$("${import[@]}" "$@" 2> err.txt)
    code=$?
}
hang='"nth":1,"delay_ms":86400000'
fresh() {
    rm -rf state
    req POST //sandbox/reset
    sb_login
}
# Kills a load in the middle of the call that a rule hangs; sets job, the one that it left.
leave() { # rule words
    plan "$1"
    "${import[@]}" "${@:2}" > out.json 2> err.txt &
    local pid=$!
    sb_met $pid || not_ok the_load_meets_it "$(< err.txt)"
    kill -KILL $pid || not_ok the_load_is_killed "$(< err.txt)"
    wait $pid 2> /dev/null
    plan
    job=$("$ACLOAD" status --json | jq -r '.batches[].jobs[]')
}
jobs() { # ids: their states
    local id
    for id in "$@"; do
        req GET "/jobs/ingest/$id"
        member state
        printf '%s ' "${REPLY:-$SB_STATUS}"
    done
}
await() { # job: until the org is done with it
    local i
    for ((i = 0; i < 3000; i++)); do
        [[ $(jobs "$1") != *(UploadComplete|InProgress)' ' ]] && return
        pause 0.01
    done
    not_ok the_org_is_done "$(jobs "$1")"
}
made() { sb GET //sandbox/counters | jq -c "[.records.$1.created // 0, .calls.bulk_create]"; }
counts() { "$ACLOAD" status --json | jq -c '[.rows.read, .rows.sent, .rows.rejected, .open]'; }
codes() { "$ACLOAD" rejects list --json | jq -r .code | sort | uniq -c | tr -s ' \n' ' '; }

sandbox_start --without $Q.Region__c

# --- open: its upload may be half of one ----------------------------------------------------------

for at in PUT PATCH; do
    fresh
    leave '{"route":"'$at' */jobs/ingest/*",'"$hang"'}' "${insert[@]}"
    is "killed_at_${at}_a_job_is_left" "$(jobs "$job") $(counts)" 'Open  [40,0,0,1]'
    like "killed_at_${at}_status_tells_of_it" "$("$ACLOAD" status)" "*in flight*left *40 *$C *$job*"
    run "${insert[@]}"
    is "after_${at}_it_is_aborted_and_replaced" \
        "$code $(jobs "$job") $(made $C) $(counts)" '0 Aborted  [40,2] [40,40,0,0]'
done

# --- in progress, complete ------------------------------------------------------------------------

poll='"route":"GET */jobs/ingest/*"'
for kind in insert upsert; do
    words=("${insert[@]}") object=$C
    [ $kind = insert ] || { words=("${upsert[@]}") && object=$Q; }
    fresh
    leave "{$poll,$hang}" "${words[@]}"
    await "$job"
    plan "{$poll,"'"nth":1,"status":200,"body":{"id":"'"$job"'","state":"InProgress"}},
        {'"$poll"',"nth":1000000}'
    run "${words[@]}"
    req GET //sandbox/faults
    is "an_${kind}_in_progress_is_waited_for" "$code $(jq -c 'map(.matched)' <<< "$SB_BODY") $(
        jobs "$job") $(made $object) $(counts)" '0 [2,2] JobComplete  [40,1] [40,40,0,0]'
    is "an_${kind}_in_progress_counts_as_settled_now" \
        "$(jq -c '[.inputs.settled, .inputs.skipped]' <<< "$out")" '[1,0]'
done

# The same input by two names is read once: one killed in the middle would leave ranges of two.
fresh
cp queues.csv copy.csv
leave "{$poll,$hang}" queues.csv copy.csv
await "$job"
run queues.csv copy.csv
is one_input_of_two_names_is_brought_to_its_end "$code $(made $Q) $(counts)" \
    '0 [40,1] [40,40,0,0]'
fresh
plan
out=$("$ACLOAD" import --config config.json --region none queues.csv copy.csv 2> err.txt)
like a_second_name_is_told "$? ${out%%$'\n'*} $(< err.txt)" \
    '0 inputs   1 settled, 1 the same as another*left alone*input=copy.csv as=queues.csv*'

# The same by two processes at a time: the second leaves it to the first, or ranges of two readings
# would be left by them, and what is inserted would be there twice.
for kind in insert upsert; do
    words=("${insert[@]}") object=$C
    [ $kind = insert ] || { words=("${upsert[@]}") && object=$Q; }
    fresh
    cp "${words[-1]}" copy.csv
    plan "{$poll,$hang}"
    "${import[@]}" "${words[@]}" > first.json 2> first.txt &
    pid=$!
    sb_met $pid || not_ok "a_first_${kind}_is_under_way" "$(< first.txt)"
    run "${words[@]::${#words[@]}-1}" copy.csv
    like "a_second_${kind}_leaves_it_alone" \
        "$code $(jq -c '[.inputs.read, .inputs.elsewhere, .rows.sent]' <<< "$out") $(< err.txt)" \
        '0 \[0,1,0\] *left alone: another run *input=copy.csv*'
    run --again "${words[@]}"
    like "a_second_${kind}_leaves_it_alone_even_again" "$code $(made $object)" '0 \[40,1\]'
    kill -KILL $pid
    wait $pid 2> /dev/null
    plan
    run "${words[@]}"
    is "the_first_${kind}_is_brought_to_its_end" "$code $(made $object) $(counts)" \
        '0 [40,1] [40,40,0,0]'
done

# Its files are not what they were: nothing can be told of its records, until it is given up.
for how in cut changed gone; do
    fresh
    leave "{$poll,$hang}" "${upsert[@]}"
    await "$job"
    case $how in
    cut) truncate -s -100 state/spool/*.origin ;;
    changed)
        spool=$(echo state/spool/*.origin)
        printf XXXX | dd of="$spool" bs=1 seek=600 conv=notrunc 2> dd.txt
        ;;
    gone) rm state/spool/* ;;
    esac
    run "${upsert[@]}"
    like "${how}_files_stop_it" "$code $(< err.txt)" '5 *state/spool*acload status --rebuild*'
    like "${how}_files_are_given_up" "$("$ACLOAD" status --rebuild 2> err.txt)" \
        '*batches  1 batch given up*'
    run "${upsert[@]}"
    is "after_${how}_files_it_is_read_again" "$code $(made $Q) $(counts)" '0 [40,2] [40,40,0,0]'
done

# One that seems to be open, since word to begin was still on its way: it may have begun by now.
fresh
leave "{$poll,$hang}" "${insert[@]}"
await "$job"
plan "{$poll,"'"nth":1,"status":200,"body":{"id":"'"$job"'","state":"Open"}}'
run "${insert[@]}"
is one_that_began_meanwhile_is_not_done_again "$code $(jobs "$job") $(made $C) $(counts)" \
    '0 JobComplete  [40,1] [40,40,0,0]'

# Of a complete one the results are fetched: which rows were refused, nobody else knows.
refuses='{"route":"PATCH */jobs/ingest/*","row_like":"*7","row_code":"STRING_TOO_LONG"}'
fresh
leave "{$poll,$hang},$refuses" "${insert[@]}"
await "$job"
run "${insert[@]}"
is results_of_a_complete_one_are_fetched "$code $(made $C) $(counts) $(codes)" \
    '1 [36,1] [40,36,4,0]  4 STRING_TOO_LONG '

# 1,000 rows of which 200 are identical, every tenth fails, and all come back in another order: each
# row is in the org or a reject, as often as it was in the sheet.
seq 1000 | awk 'BEGIN { print "Phone" } { n = $1 * 387 % 1000
    printf "+1202555%06d\n", n < 200 ? 7 : n }' > thousand.csv
fresh
leave "{$poll,$hang},"'{"route":"PATCH */jobs/ingest/*","lock_share":0.1,"seed":5,
    "row_code":"DUPLICATES_DETECTED"}' "${insert[@]:0:2}" thousand.csv
await "$job"
run "${insert[@]:0:2}" thousand.csv
req GET "//sandbox/records?object=$C"
jq -r .Phone_Number__c <<< "$SB_BODY" > arrived.txt
"$ACLOAD" rejects list --json --max 1000 | jq -r .row > refused.txt
refused=$(wc -l < refused.txt)
is a_thousand_rows_are_matched_as_a_multiset "$(cat arrived.txt refused.txt | sort | uniq -c)" \
    "$(tail -n +2 thousand.csv | sort | uniq -c)"
like some_of_the_identical_ones_are_refused "$(grep -c 000007 refused.txt)" '+([1-9])*([0-9])'
is their_counts_are_true "$code $(counts) $((refused > 50 && refused < 200)) $(made $C)" \
    "1 [1000,$((1000 - refused)),$refused,0] 1 [$((1000 - refused)),1]"

# What stopped the run before may be mended: records that were refused for that are tried once more.
for why in '3 STORAGE_LIMIT_EXCEEDED' '2 UNSUPPORTED_DML'; do
    fresh
    plan '{"route":"PATCH */jobs/ingest/*","row_like":"*7","row_code":"'"${why#* }"'"}'
    run "${insert[@]}"
    is "stopped_by_${why#* }_nothing_is_rejected" "$code $(made $C) $(counts)" \
        "${why% *} [36,1] [40,36,0,1]"
    is "stopped_by_${why#* }_the_summary_is_the_status" \
        "$(jq -c '[.rows | .read, .sent, .waiting], [.records[]]' <<< "$out")" \
        "$("$ACLOAD" status --json | jq -c '[.rows | .read, .sent, .waiting], [.records[]]')"
    plan
    run "${insert[@]}"
    is "after_${why#* }_the_rest_is_inserted" "$code $(made $C) $(counts)" '0 [40,2] [40,40,0,0]'
done

# --- forgotten by the org, as every job is seven days after its end -------------------------------

fresh
leave "{$poll,$hang}" "${insert[@]}"
await "$job"
req DELETE "/jobs/ingest/$job"
is the_org_has_forgotten_it "$SB_STATUS $(jobs "$job")" '204 404 '
run "${insert[@]}"
is what_became_of_an_insert_is_unknown "$code $(made $C) $(counts) $(codes)" \
    '1 [40,1] [40,0,40,0]  40 OUTCOME_UNKNOWN '
like it_says_where_to_look "$("$ACLOAD" rejects list)" "*look in the org*--unknown*"
like each_names_its_job "$("$ACLOAD" rejects show "$("$ACLOAD" rejects list --json |
    jq -s '.[0].id')")" "*bulk job $job*look in the org*twice*"
run "${insert[@]}"
is importing_again_inserts_none "$code $(made $C)" '0 [40,1]'
"$ACLOAD" rejects retry --config config.json > out.txt 2> err.txt
like trying_again_inserts_none "$? $(made $C) $(< out.txt)" '* \[40,1] *40 rows, perhaps inserted*'

# Its state is told, its results are not.
fresh
leave "{$poll,$hang},$refuses" "${insert[@]}"
await "$job"
plan '{"route":"GET */failedResults","status":404}'
run "${insert[@]}"
is without_results_it_is_unknown_which_were_refused "$code $(made $C) $(codes)" \
    '1 [36,1]  40 OUTCOME_UNKNOWN '

fresh
leave "{$poll,$hang}" "${upsert[@]}"
await "$job"
req DELETE "/jobs/ingest/$job"
run "${upsert[@]}"
is an_upsert_is_done_again "$code $(made $Q) $(counts)" '0 [40,2] [40,40,0,0]'

# --- jobs of others -------------------------------------------------------------------------------

# Somebody else loads the same object: one job waits for its upload, one to be closed.
stranger() { # sets REPLY to the id of a new job
    req POST /jobs/ingest '{"object":"'$C'","operation":"insert","contentType":"CSV"}'
    member id
}
fresh
stranger
empty=$REPLY
stranger
filled=$REPLY
req PUT "/jobs/ingest/$filled/batches" $'Phone_Number__c\n+12025550000\n' 'Content-Type: text/csv'
is a_stranger_has_jobs "$SB_STATUS $(jobs "$empty" "$filled")" '201 Open Open '
leave "{$poll,$hang}" "${insert[@]}"
plan '{"route":"* */jobs/ingest/'"$empty"'*","nth":1000000},
    {"route":"* */jobs/ingest/'"$filled"'*","nth":1000000},
    {"route":"* */jobs/ingest","nth":1000000}, {"route":"* */jobs/ingest/'"$job"'*","nth":1000000}'
run "${insert[@]}"
req GET //sandbox/faults
is nobody_elses_is_asked_about "$code $(jq -c 'map(.matched > 0)' <<< "$SB_BODY")" \
    '0 [false,false,false,true]'
is they_are_as_they_were "$(jobs "$empty" "$filled") $(made $C)" 'Open Open  [40,3]'

# --- replaced -------------------------------------------------------------------------------------

# A file that a load was killed over, and that something else stands in for by then.
states() { "$ACLOAD" status --json | jq -c '[.inputs[] | [.state, .rows.read]] | sort'; }
fresh
head -n 20 queues.csv > report.csv
leave '{"route":"GET */describe",'"$hang"'}' report.csv
is a_load_is_cut_off "$(states)" '[["open",0]]'
head -n 10 queues.csv > report.csv
leave '{"route":"GET */describe",'"$hang"'}' report.csv
run "${upsert[@]}"
is others_leave_it_open "$code $(states)" '0 [["open",0],["open",0],["settled",40]]'
tail -n 5 queues.csv > rest.csv
head -n 1 queues.csv | cat - rest.csv > report.csv
run report.csv
is what_takes_its_place_ends_it "$code $(states) $(counts)" \
    '0 [["failed",0],["failed",0],["settled",5],["settled",40]] [45,45,0,0]'
like and_it_says_so "$("$ACLOAD" status)" '*report.csv: cut off*replaced*'
head -n 20 queues.csv > report.csv
run report.csv
is come_back_it_is_read "$code $(states)" \
    '0 [["failed",0],["settled",5],["settled",19],["settled",40]]'
