#!/bin/bash
# SPDX-License-Identifier: MIT
# The state directory: what it tells, what it never holds, and what happens when it is damaged.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export ACLOAD_STATE=$TMPDIR/state HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c A=AC_AgentPerformance__c

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
count() { sb_soql "SELECT COUNT() FROM $1" | jq .totalSize; }
queues() { # n word
    seq "$1" | awk -v w="$2" 'BEGIN { print "Queue,StartInterval,EndInterval,Contacts handled" }
        { print w $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z," $1 }'
}
sandbox_start --without $Q.Region__c --without $A.Region__c --token 00D000000000001!TOKENSECRET
sb_login

# --- what it tells --------------------------------------------------------------------------------

queues 5 Zanzibar > good.csv
printf 'Queue,StartInterval,EndInterval,Contacts handled\nXylophone,%s,%s,walrus\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > bad.csv
run import --log-format json --verbose --metrics m.prom good.csv bad.csv
cp err.txt all.txt
is it_is_imported "$code" 1
is every_line_of_the_log_is_an_event "$(jq -r .level err.txt | sort -u | tr '\n' ' ')" \
    'debug warning '
is a_line_has_its_run "$(jq -sc 'map(select(.text == "row rejected")) |
    map([.run, .input_id, .input]) | unique' err.txt)" '[[1,2,"bad.csv"]]'
is what_counts_is_a_number "$(jq -sc '[.[] | to_entries[] | select(.key | IN("run", "input_id",
    "line", "rows", "sent", "dropped", "rejected", "records", "status")) | .value | type] |
    unique' err.txt)" '["number"]'
is one_event_a_line "$(jq -c . err.txt | wc -l)" "$(wc -l < err.txt)"
ok_if the_counts_add_up counts_add_up
run status --json
is inputs_tell_rows_records_calls_and_time "$(jq -c '[.inputs[] | [.name, .state, .rows.read,
    .records.written, .run_calls > 0, .milliseconds >= 0]]' <<< "$out")" \
    '[["bad.csv","settled",1,0,true,true],["good.csv","settled",5,5,true,true]]'
is the_allocation_is_told "$(jq -c '.orgs[] | .api_max - .api_used == .api_left' <<< "$out")" true
is rejects_are_told_by_code "$(jq -c '.rejects_by_code[] | [.n, .code]' <<< "$out")" \
    '[1,"INVALID_NUMBER"]'
run status
like it_reads_as_a_table "$out" '*rows     6 read = 5 sent + 0 dropped + 1 rejected*rejects  code*
*run  begun*import*state *begun*settled*bad.csv*'

# Prometheus' text: a HELP and a TYPE before the samples of a name, each sample once.
is metrics_are_samples_and_comments "$(grep -cvE \
    '^# (HELP|TYPE) acload_[a-z_]+ .+$|^acload_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[0-9.]+$' \
    m.prom)" 0
is every_metric_has_its_type "$(grep -o '^acload_[a-z_]*' m.prom | sort -u)" \
    "$(sed -n 's/^# TYPE \(acload_[a-z_]*\) \(gauge\|counter\)$/\1/p' m.prom | sort -u |
        grep -v nothing)"
is no_sample_comes_twice "$(grep -v '^#' m.prom | sed 's/ [^ ]*$//' | sort | uniq -d)" ''
is metrics_are_true "$(grep -E '^acload_(rows\{outcome="sent"\}|rejects\{)' m.prom | sort)" \
    'acload_rejects{code="INVALID_NUMBER",object=""} 1
acload_rows{outcome="sent"} 5'
inode=$(stat -c %i m.prom)
run status --metrics m.prom
ok_if metrics_are_replaced_as_a_whole test "$(stat -c %i m.prom)" != "$inode"
is they_leave_nothing_beside "$(echo m.prom*) $(stat -c %a m.prom)" 'm.prom 644'
run status --metrics -
is or_printed "$code $err $(diff <(grep -v _api_calls_ m.prom) <(
    grep -v _api_calls_ <<< "$out") && echo same)" '0  same'
run import --metrics - good.csv
like where_a_summary_is_printed_they_need_a_file "$code $out $err" \
    '2  *--metrics takes a file here*acload status --metrics - prints them*acload import --help'
run import --results - good.csv
like results_need_a_folder "$code $out $err" '2  *--results takes a folder*./-*'
ok_if no_file_has_a_dash_for_a_name test ! -e -
run status --metrics /proc/nowhere/m.prom
like metrics_that_cannot_be_written "$code $err" '[23] *metrics*/proc/nowhere/m.prom*'

# --- what it never holds --------------------------------------------------------------------------

run import --again --log-format text good.csv bad.csv
cat err.txt >> all.txt
printf '%s\n' "$out" >> all.txt
run check
printf '%s\n%s\n' "$out" "$err" >> all.txt
# The org's own words quote what they refuse, once of a row, once of all of them.
heard=0
for like in '*Zanzibar3*' '*'; do
    req POST //sandbox/faults '[{"route":"PATCH *","row_like":"'"$like"'","row_code":
        "FIELD_CUSTOM_VALIDATION_EXCEPTION","row_message":"Queue: Zanzibar3 is none"}]'
    for limits in '"collections_max":2000' '"collections_max":0,"poll_first_ms":1'; do
        echo '{"limits":{'"$limits"'}}' > loud.json
        rm -rf loud
        run import --verbose --state loud --config loud.json --log-format json good.csv
        printf '%s\n%s\n' "$out" "$err" >> all.txt
        like "the_orgs_words_are_heard_$((++heard))" "$code $err" '[12] *VALIDATION*'
    done
done
req POST //sandbox/faults '[]'
is only_owners_may_read "$(find state ! -perm -go-rwx -o -perm /077 | wc -l)" 0
is no_secret_is_written "$(grep -raclF -e sandbox-secret state m.prom all.txt)" ''
is the_token_is_in_the_session_alone "$(grep -ralF TOKENSECRET state m.prom all.txt)" \
    state/session.json
is no_value_is_in_messages_or_metrics "$(grep -aciE 'zanzibar|xylophone|walrus' all.txt m.prom |
    grep -v ':0$')" ''
is sent_rows_are_kept_nowhere "$(grep -ralF Zanzibar state)" ''
is rejected_ones_are_in_the_ledger "$(grep -ralF Xylophone state | sort -u | grep -v ledger.db)" ''
echo '{"keep_session": false}' > no-session.json
rm state/session.json
run import --again --config no-session.json good.csv
is without_a_session_no_token_is_kept "$code $(grep -ralF TOKENSECRET state)" '0 '

# --- a full disk: files may not grow past some size -----------------------------------------------

queues 3000 Big > big.csv
for kib in 40 120 300; do
    rm -rf state
    (
        trap '' XFSZ
        ulimit -f $kib
        "$ACLOAD" import --json big.csv 2> err.txt > out.txt
        echo $? > code.txt
    )
    like "a_disk_full_at_${kib}_says_so" "$(< code.txt) $(< err.txt)" '3 *make room*run again*'
    run import --json big.csv
    is "it_goes_on_after_$kib" "$code $(jq -c '[.rows.read, .rows.sent]' <<< "$out")" \
        '0 [3000,3000]'
    ok_if "counts_add_up_after_$kib" counts_add_up
done
is nothing_is_doubled "$(count $Q)" 3005

# --- damage ---------------------------------------------------------------------------------------

damage() { dd if=/dev/zero of=state/ledger.db bs=4096 seek=1 count=20 conv=notrunc 2> /dev/null; }
damage
for command in 'import big.csv' 'status' 'rejects list' 'rejects retry'; do
    # shellcheck disable=SC2086  # words of a command
    run $command
    like "damage_stops_${command// /_}" "$code $err" \
        '5 *state/ledger.db is damaged*status --rebuild*'
done
run check
like check_tells_of_it_too "$code $out" '2 *FAIL  state *is damaged*status*'
run status --rebuild
like rebuild_begins_a_new_one "$code $out" '0 ledger   moved aside to *inserts  are allowed again*'
run import --json big.csv
is upserts_start_over "$code $(jq -c '[.records.written]' <<< "$out") $(count $Q)" '0 [3000] 3005'
run status --rebuild
like a_sound_one_stays "$code $out" '0 ledger   sound, page by page*'

# Inserts: the lost ledger knew which calls were made of which rows.
calls() { # number...
    printf 'Phone\n'
    printf '+1202555%06d\n' "$@"
}
calls 1 2 3 > calls.csv
calls 4 5 > more.csv
insert() { run import --json --plugin "$AC_ABI/good/calls.so" "$@"; }
rm -rf state
sandbox_start --without $Q.Region__c --without $A.Region__c
sb_login
insert calls.csv
is calls_are_inserted "$code $(count Call_Campaign__c)" '0 3'
damage
run status --rebuild --config no-session.json
like rebuild_asks_the_org "$code $out" \
    '3 *insert   750* Call_Campaign__c *3 records*inserts  wait*--forget-inserts*'
insert more.csv
like nothing_is_inserted_until_then "$code $err" '[23] *--rebuild*'
is so_no_call_is_there_twice "$(count Call_Campaign__c)" 3
run import --json good.csv
is upserts_go_on "$code $(count $Q)" '0 5'
like status_tells_of_it "$("$ACLOAD" status)" '*inserts  wait since the ledger was lost*--rebuild*'
run check
like so_does_check "$code $out" '2 *FAIL  state *the ledger was lost*--rebuild*'
run status --rebuild --forget-inserts
like somebody_has_looked "$code $out" '0 *inserts  are allowed again*'
insert more.csv
is then_they_go_on "$code $(count Call_Campaign__c)" '0 5'

# --- a state directory that cannot be written to --------------------------------------------------

# Nothing stops root, so it becomes somebody else, if that one may reach the program at all.
me=()
if [ "$(id -u)" = 0 ]; then
    me=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 .
    mkdir ro && chown 65534 ro && chmod 500 ro
else
    mkdir -m 500 ro
fi
if "${me[@]}" test -x "$ACLOAD" -a -r good.csv 2> err.txt; then
    "${me[@]}" "$ACLOAD" import --state ro/state good.csv > out.txt 2> err.txt
    like a_state_that_cannot_be_made "$? $(< err.txt)" '2 *ro*--state*'
    cp -r state ro/state 2> /dev/null || { chmod 700 ro && cp -r state ro/ && chmod 500 ro; }
    [ ${#me[@]} -eq 0 ] || chown -R 65534 ro
    chmod 500 ro/state
    chmod 400 ro/state/ledger.db
    "${me[@]}" "$ACLOAD" import --state ro/state more.csv good.csv > out.txt 2> err.txt
    like a_ledger_that_cannot_be_written_to "$? $(< err.txt)" '2 *ro/state*writable*--state*'
    chmod 700 ro ro/state
fi
