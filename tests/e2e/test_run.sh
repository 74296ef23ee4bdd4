#!/bin/bash
# SPDX-License-Identifier: MIT
# acload run: what is new is imported, what is not ready waits, a second run steps aside.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
report() { # name: one queue of a half hour, an hour old
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s,%s,%s,7\n' "$1" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z
}
old() { touch -d '1 hour ago' "$@"; }
counter() { sb GET //sandbox/counters | jq "$1"; }

sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c
mkdir -p in/deep
cat > acload.json << END
{
  "state": "state",
  "jobs": {
    "queues": {"inputs": "in"},
    "globbed": {"inputs": ["glob/*.csv", "glob/*.gz"], "min_age": "0s"},
    "spreadsheet": {"inputs": "sheet/*.csv", "min_age": "0s", "delimiter": "semicolon",
                    "encoding": "WINDOWS-1252"}
  }
}
END
export ACLOAD_CONFIG=$TMPDIR/acload.json

# --- what is new ----------------------------------------------------------------------------------

report One > in/one.csv
report Deep > in/deep/two.csv
old in/one.csv in/deep/two.csv
run run queues --json
is what_is_new_is_imported "$code $(jq -c '[.inputs.settled, .rows.sent]' <<< "$out")" '0 [2,2]'
before=$(counter .api)
run run queues
is with_nothing_to_do_it_says_nothing "$code|$out|$err" '0||'
is it_makes_no_call "$(counter .api)" "$before"
report Three > in/three.csv
old in/three.csv
run run queues --json --results results
is only_the_new_one_is_read "$(jq -c '[.inputs.read, .rows.sent]' <<< "$out")" '[1,1]'
is the_folder_of_results_is_made "$(ls results | wc -l)" 1
printf 'Five,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,1\n' >> in/three.csv
old in/three.csv
run run queues --json
is a_file_that_grew_is_new "$(jq -c '[.inputs.read, .rows.sent]' <<< "$out")" '[1,2]'
run status --json
is the_job_is_in_the_status "$(jq -c '[.runs[0].command, .runs[0].job]' <<< "$out")" \
    '["run","queues"]'

# --- what waits -----------------------------------------------------------------------------------

report Young > in/young.csv
report Hidden > in/.hidden.csv
report Part > in/four.csv.part
report Tmp > in/five.tmp
old in/.hidden.csv in/four.csv.part in/five.tmp
run run queues
is what_is_not_ready_waits "$code|$out|$err" '0||'
old in/young.csv
mv in/four.csv.part in/four.csv
run run queues --json
is it_comes_when_it_is_ready "$(jq -c '[.inputs.read, .rows.sent]' <<< "$out")" '[2,2]'
mkdir glob
run run globbed
is a_glob_without_a_match_is_an_ordinary_evening "$code|$err" '0|'
report G1 > glob/a.csv
report G2 | gzip > glob/b.gz
run run globbed --json
is several_globs_are_one_job "$(jq -c '[.inputs.read, .rows.sent]' <<< "$out")" '[2,2]'
mkdir sheet
printf 'Queue;StartInterval;EndInterval;Contacts handled\nR\374ckfragen;%s;%s;7\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > sheet/a.csv
run run spreadsheet --json
is a_job_names_delimiter_and_encoding "$(jq .rows.sent <<< "$out")" 1
sb_login
is so_umlauts_arrive "$(sb_soql "SELECT AC_Record_Id__c FROM AC_HistoricalQueueMetrics__c \
WHERE AC_Object_Name__c = 'Rückfragen'" | jq -r '.records[].AC_Record_Id__c')" \
    Rückfragen2031-03-04T16:00:00.000Z

# --- all jobs, dry, twice at once -----------------------------------------------------------------

report Six > in/six.csv
old in/six.csv
report Seven > glob/seven.csv
run run --dry-run
is a_dry_run_reads_everything_again \
    "$(jq -r .fields.AC_Object_Name__c <<< "$out" | sort -u | wc -l)" 11
run run
is all_jobs_are_done "$code $(grep -c '^job' <<< "$out")" '0 2'
like a_job_is_named "$out" '*job*queues*inputs*1 settled*job*globbed*1 settled*'

# One run holds the job while the org drips its answer; the second finds it at work.
report Eight > in/eight.csv
old in/eight.csv
sb POST //sandbox/faults '[{"route":"PATCH *composite*","times":1,"delay_ms":3000}]' > /dev/null
"$ACLOAD" run queues --quiet &
first=$!
for ((i = 0; i < 500; i++)); do
    "$ACLOAD" status --json 2> /dev/null |
        jq -e 'any(.inputs[]; .state == "open" or .state == "waiting")' > /dev/null && break
    pause 0.01
done
run run queues
is a_second_run_steps_aside "$code|$out" '0|'
like it_says_so "$err" '*another run*queues*'
wait $first
is the_first_one_is_not_disturbed $? 0

# --- what is wrong --------------------------------------------------------------------------------

run run nightly
is an_unknown_job_is_2 "$code" 2
like it_is_named "$err" '*no job "nightly"*'
jobs='"gone":{"inputs":"no-such-folder"},"queues":{"inputs":"in"}'
echo "{\"state\":\"state\",\"jobs\":{$jobs}}" > gone.json
report Nine > in/nine.csv
old in/nine.csv
run run --config gone.json --json
is a_missing_folder_is_4_and_the_other_job_is_done \
    "$code $(jq -s -c 'map(.rows.sent)' <<< "$out")" '4 [0,1]'
like the_folder_is_named "$err" '*no-such-folder*'
echo '{"state":"state","jobs":{"gone":{"inputs":"no-such-folder/*.csv"}}}' > gone.json
run run --config gone.json
like the_folder_of_a_glob_is_missed_too "$code|$err" '4|*no-such-folder/\*.csv: *no such folder*'
printf '{"jobs":{"x":{"inputs":"in","plugin":"y"}}}' > typo.json
run run --config typo.json
is a_typing_error_in_the_file_is_2 "$code" 2
like the_known_keys_are_listed "$err" '*typo.json*"plugin"*known are: inputs, plugins*'
