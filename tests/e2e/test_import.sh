#!/bin/bash
# SPDX-License-Identifier: MIT
# acload import against the local org: what arrives, what is counted, what is kept.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export ACLOAD_STATE=$TMPDIR/state HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c
A=AC_AgentPerformance__c

# Runs acload: sets out, err, code.
run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
records() { # SELECT list, object, rest: the values, one record a line
    sb_soql "SELECT $1 FROM $2 ${3-}" |
        jq -c '.records[] | del(.attributes) | [.[] | if . == null then "-" else . end]'
}
count() { sb_soql "SELECT COUNT() FROM $1" | jq .totalSize; }
counter() { sb GET //sandbox/counters | jq "$1"; }
# Both identities of the counts, in a summary or a status.
adds_up() {
    jq -e '(.rows.read == .rows.sent + .rows.dropped + .rows.rejected + (.rows.held // 0)) and
        (.records.made == .records.written + .records.refused + .records.superseded)' \
        <<< "$1" > /dev/null
}
summary() { jq -c "[.inputs.settled, .inputs.skipped, .inputs.failed, .rows.read, .rows.sent,
    .rows.dropped, .rows.rejected, .records.created, .records.updated, .exit_code]" <<< "$1"; }

report() { # name [start]: two queues of a half hour
    cat << END
Queue,StartInterval,EndInterval,Contacts handled,Occupancy
$1 One,${2-2031-03-04T16:00:00.000Z},2031-03-04T16:30:00.000Z,7,85.41%
$1 Two,${2-2031-03-04T16:00:00.000Z},2031-03-04T16:30:00.000Z,,-
END
}

# --- records arrive -------------------------------------------------------------------------------

sandbox_start --without $Q.Region__c --without $A.Region__c
sb_login
report Sales > sales.csv
run import --json sales.csv
is a_report_arrives "$(summary "$out")" '[1,0,0,2,2,0,0,2,0,0]'
ok_if its_counts_add_up adds_up "$out"
is its_values_are_in_the_org \
    "$(records AC_Record_Id__c,AC_Object_Name__c,Contacts_handled__c,Occupancy__c $Q \
        'ORDER BY AC_Record_Id__c')" \
    '["SalesOne2031-03-04T16:00:00.000Z","Sales One",7,85.41]
["SalesTwo2031-03-04T16:00:00.000Z","Sales Two","-","-"]'
is a_small_report_costs_one_login_one_describe_one_call \
    "$(counter '.calls | [.token - 1, .describe, .collections_upsert]' | tr -d ' \n')" '[1,1,1]'

before=$("$ACLOAD" status --json | jq -c '[.settled, .failed, .rows, .inputs[0].settled]')
run import --json --again --delimiter semicolon sales.csv
is again_may_fail "$(summary "$out")" '[0,0,1,0,0,0,0,0,0,4]'
printf 'no,report\n1,2\n' > odd-one.csv
ACLOAD_STATE=odd-state "$ACLOAD" import odd-one.csv > out.txt 2>&1
like a_failed_input_is_named_once "$(ACLOAD_STATE=odd-state "$ACLOAD" status)" \
    '*failed *  odd-one.csv: no plugin knows*'
is what_arrived_is_no_failure_for_that "$("$ACLOAD" status --json | \
    jq -c '[.settled, .failed, .rows, .inputs[0].settled]')" "$before"
run import --json sales.csv
is the_same_file_is_skipped "$(summary "$out")" '[0,1,0,0,0,0,0,0,0,0]'
cp sales.csv renamed.csv
run import --json renamed.csv
is a_renamed_copy_is_skipped "$(summary "$out")" '[0,1,0,0,0,0,0,0,0,0]'
run import --json --again sales.csv
is again_updates "$(summary "$out")" '[1,0,0,2,2,0,0,0,2,0]'
is nothing_is_doubled "$(count $Q)" 2
run import --json --again --verbose sales.csv
like every_step_is_told_when_asked "$err" \
    '*reading*sales.csv*plugin=interval*batch*records=2 by=collections*PATCH*status=200*settled*'
run import --json --verbose sales.csv
like so_is_what_is_left_alone "$err" '*imported before*sales.csv*'

printf '%s,' Agent 'Agent Hierarchy Level One' StartInterval EndInterval \
    'Nonproductive time' 'Lunch time' > agents.csv
cat >> agents.csv << END
Contacts missed
jdoe,Team A,2031-03-04T09:00:00.000-07:00,2031-03-04T09:30:00.000-07:00,361,0:10:00,1
END
run import agents.csv
is an_agent_report_arrives "$(records \
    AC_Record_Id__c,StartInterval__c,Nonproductive_time__c,Lunch_time__c,Contacts_missed__c $A)" \
    '["jdoe2031-03-04T09:00:00.000-07:00","2031-03-04T16:00:00.000+0000",361,600,1]'
like a_column_without_a_field_is_warned_of_once "$err" \
    '*1 column left out*Agent Hierarchy Level One*'

# --- ways to name inputs --------------------------------------------------------------------------

mkdir -p folder/deep
report Folder > folder/a.csv
report Deep > folder/deep/b.csv
run import --json folder
is a_folder_is_walked "$(summary "$out")" '[2,0,0,4,4,0,0,4,0,0]'
report Glob1 > g1.csv
report Glob2 > g2.csv
run import --json 'g?.csv'
is a_glob_is_ours_to_match "$(summary "$out")" '[2,0,0,4,4,0,0,4,0,0]'
run import --json - < <(report Piped)
is standard_input_is_read "$(summary "$out")" '[1,0,0,2,2,0,0,2,0,0]'
is its_copy_is_removed "$(find state/spool -type f | wc -l)" 0
report Zip1 > z1.csv
report Zip2 > z2.csv
zip -q both.zip z1.csv z2.csv
report Gz | gzip > one.gz
report Xz | xz > no-suffix-that-says-so
report Zst | zstd -q > x.csv.zst
report Bz | bzip2 > x.csv.bz2
tar -czf t.tgz z1.csv
run import --json both.zip one.gz no-suffix-that-says-so x.csv.zst x.csv.bz2 t.tgz
is archives_are_read "$(jq -c '[.inputs.settled, .rows.read, .exit_code]' <<< "$out")" '[7,14,0]'
is the_report_that_came_twice_is_sent_once \
    "$(jq -c '[.rows.sent, .records.superseded]' <<< "$out")" \
    '[12,2]'
ok_if nothing_is_unpacked test ! -e both
run status --json
like a_member_has_its_own_line "$out" '*both.zip!z2.csv*'
ok_if the_status_adds_up adds_up "$out"
# Files of one name: the first is done with at once, as nothing of it can be sent.
report Alike | head -1 > alike.csv
echo 'too,few' >> alike.csv
tar cf alike.tar alike.csv
report Alike > alike.csv
tar rf alike.tar alike.csv
ACLOAD_STATE=alike run import --json alike.tar
is members_of_one_name_are_all_read "$(summary "$out")" '[2,0,0,3,2,0,1,2,0,1]'
ACLOAD_STATE=alike run import --json alike.tar
is each_of_them_is_settled "$(summary "$out")" '[0,1,0,0,0,0,0,0,0,0]'

run import --json no-such.csv sales.csv 'nothing*.csv'
is what_is_not_there_is_4_and_the_rest_is_done "$(summary "$out") $code" '[0,1,2,0,0,0,0,0,0,4] 4'
like it_is_named "$err" '*no-such.csv*'

mkdir empty
run import empty
like an_empty_folder_is_told "$code $out $err" '0  *nothing to import: no file in empty*'
run import --quiet empty
is but_not_when_quiet "$code $out $err" '0  '
run import --json --metrics nowhere/m.prom sales.csv
like metrics_that_cannot_be_written_are_3 "$code $err $(jq .exit_code <<< "$out")" \
    '3 *metrics*nowhere/m.prom* 3'
run import --metrics nowhere/m.prom no-such.csv
is but_the_imports_own_code_wins "$code" 4

# One of many that cannot be read: a loop of links nobody can, not even root.
mkdir mixed
report Mixed1 > mixed/a.csv
ln -s m.csv mixed/m.csv
report Mixed2 > mixed/z.csv
run import --json 'mixed/*.csv'
is one_unreadable_of_a_glob_is_4_and_the_rest_is_done "$(summary "$out") $code" \
    '[2,0,1,4,4,0,0,4,0,4] 4'
like it_is_told "$err" '*mixed/m.csv*Too many levels*'
rm mixed/m.csv
report Mixed3 > mixed/m.csv
mkdir mixed/sub
report Mixed4 > mixed/sub/s.csv
me=()
if [ "$(id -u)" = 0 ]; then
    me=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 . mixed
    mkdir theirs && chown 65534 theirs
else
    mkdir theirs
fi
chmod 0 mixed/m.csv mixed/sub
if "${me[@]}" test -x "$ACLOAD" -a -r mixed/a.csv 2> err.txt; then
    for what in mixed 'mixed/*'; do
        TMPDIR=$PWD/theirs "${me[@]}" "$ACLOAD" import --dry-run --json --region none "$what" \
            > /dev/null 2> err.txt
        code=$?
        summary=$(summary "$(grep '^{"inputs"' err.txt)")
        is "unreadable_ones_of_${what}_are_4" "$summary $code" '[2,0,2,4,4,0,0,0,0,4] 4'
        like each_is_told "$(< err.txt)" '*mixed/m.csv*cannot be read*mixed/sub*cannot be read*'
    done
fi
chmod 755 mixed/m.csv mixed/sub

# --- a file that changes while it is read ---------------------------------------------------------

: "${AC_CHAOS:?started by make test}"
{
    echo Queue,StartInterval,EndInterval,Note # more than is read at once
    note=$(head -c 1500 /dev/zero | tr '\0' a)
    seq 1000 | sed "s/.*/Q &,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,$note/"
} > grows.csv
out=$(AC_CHANGE='grows.csv 3 2 grow' LD_PRELOAD=$AC_CHAOS/change.so \
    ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 "$ACLOAD" import grows.csv 2> err.txt)
like nothing_of_it_counts_as_dropped "$? $out" \
    '4 *rows+( )1,001 read = 1,001 put back, to be read again next time*'

# --- newer ones stay ------------------------------------------------------------------------------

report Time > c1.csv
sed 's/,7,/,8,/' c1.csv > c2.csv
touch -d '2 days ago' c2.csv
run import --json c1.csv
run import --json c2.csv
is an_older_file_is_left_out "$code $(jq -c '[.rows.dropped, .records.superseded]' <<< "$out")" \
    '0 [2,2]'
like it_is_said_why_and_what_to_do "$err" '*2 records left out*touch*--again*c2.csv*'
run import --json --again c2.csv
like again_alone_does_not_help "$(jq .records.superseded <<< "$out") $err" '2 *2 records left out*'
touch c2.csv
run import --json --again c2.csv
like touched_it_goes "$(jq -c '.records | [.updated, .superseded]' <<< "$out") [$err]" '\[2,0] \[]'
# Some copies among other records are nothing out of the ordinary.
report Timely | sed 1d | cat c1.csv - > some.csv
touch -d '1 day ago' some.csv
run import --json some.csv
is copies_among_others_are_left_out "$(jq -c '.records | [.created, .superseded]' <<< "$out")" \
    '[2,2]'
like which_needs_no_advice "[$err]" \
    '\[*2 records left out, of which acload has sent newer copies +([^;])]'
touch -d '1 day ago' some.csv
run import --json --again some.csv
like unless_it_is_told_to_import_again "$err" '*2 records left out*touch the file*some.csv*'
touch -d '2 days ago' c1.csv
zip -q old.zip c1.csv
run import --json old.zip
like of_an_archive_it_is_taken_out "$err" '*2 records left out*archive*touch*old.zip!c1.csv*'

# --- rows that cannot become records --------------------------------------------------------------

cat > bad.csv << END
Queue,StartInterval,EndInterval,Contacts handled
Fine,2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z,1
Short,2031-03-04T17:00:00.000Z
Words,2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z,many
A-B,2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z,1
AB,2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z,2
Fine,2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z,1
END
run import --json --results results bad.csv
is the_good_rows_arrive "$(summary "$out") $code" '[1,0,0,6,1,1,4,1,0,1] 1'
ok_if counts_with_rejects_add_up adds_up "$out"
is rejects_are_listed_by_line \
    "$("$ACLOAD" rejects list --json | jq -c '[.line, .code]' | tr '\n' ' ')" \
    '[3,"BAD_ROW"] [4,"INVALID_NUMBER"] [5,"AMBIGUOUS_ID"] [6,"AMBIGUOUS_ID"] '
run rejects list --code bad_row --json
is rejects_are_filtered "$(jq -r .row <<< "$out")" 'Short,2031-03-04T17:00:00.000Z'
id=$(jq .id <<< "$out")
run rejects show "$id"
like a_reject_is_shown_whole "$out" \
    '*bad.csv*line     3*has 2 cells, the header has 4*Queue,StartInterval*Short,2031*'
is the_reject_file_has_the_reasons "$(cut -d, -f1 results/bad.csv.reject.csv | tr '\n' ' ')" \
    'code BAD_ROW INVALID_NUMBER AMBIGUOUS_ID AMBIGUOUS_ID '
like the_success_file_has_ids "$(sed -n 2p results/bad.csv.success.csv)" \
    'a+([A-Za-z0-9]),true,2,Fine,*'
is results_are_private "$(stat -c %a results)" 700
like values_stay_out_of_the_log "$err" '!(*many*)'
run import --again --log-values bad.csv
like values_are_shown_when_asked_for "$err" '*many*'
printf 'Name,Phone\nx,y\n' > sheet.csv
run import --json sheet.csv
is an_unknown_report_is_4 "$(summary "$out") $code" '[0,0,1,0,0,0,0,0,0,4] 4'
like it_names_the_nearest_plugin "$err" '*sheet.csv*interval*StartInterval*'

# --- the same record in two inputs ----------------------------------------------------------------

sed 's/,7,/,8,/' sales.csv > newer.csv
sed 's/,7,/,6,/' sales.csv > older.csv
touch -d 2031-01-02 newer.csv
touch -d 2031-01-01 older.csv
run import --json newer.csv older.csv
is the_newer_version_wins \
    "$(records Contacts_handled__c $Q "WHERE AC_Object_Name__c = 'Sales One'")" '[8]'
is the_older_is_superseded \
    "$(jq -c '[.records.made, .records.superseded, .rows.dropped]' <<< "$out")" \
    '[4,2,2]'
ok_if counts_with_superseded_add_up adds_up "$out"
sed 's/,7,/,5,/' sales.csv > oldest.csv
touch -d 2030-12-31 oldest.csv
run import --json oldest.csv
is it_wins_across_runs_too \
    "$(records Contacts_handled__c $Q "WHERE AC_Object_Name__c = 'Sales One'")" '[8]'

# --- bulk -----------------------------------------------------------------------------------------

big() { # rows
    echo 'Queue,StartInterval,EndInterval,Contacts handled,Occupancy'
    seq "$1" | awk '{ printf "Big %d,2031-03-05T16:00:00.000Z,2031-03-05T16:30:00.000Z,%d,%s\n",
        $1, $1 % 100, $1 % 7 == 0 ? "" : $1 % 100 ".5%" }'
}
big 2500 > big.csv
run import --json big.csv
is many_rows_go_by_bulk "$(jq -c '[.rows.sent, .records.written]' <<< "$out") $(
    counter .calls.bulk_create)" '[2500,2500] 1'
is bulk_gives_the_same_values "$(records Contacts_handled__c,Occupancy__c $Q \
    "WHERE AC_Object_Name__c IN ('Big 7', 'Big 8') ORDER BY AC_Object_Name__c" | tr '\n' ' ')" \
    '[7,"-"] [8,8.5] '
run import --json --again --results results2 big.csv
is results_of_bulk_tell_created_from_updated \
    "$(jq -c '[.records.created, .records.updated]' <<< "$out")" '[0,2500]'
is every_row_has_its_id "$(grep -c '^a' results2/big.csv.success.csv)" 2500

# --- dry run --------------------------------------------------------------------------------------

before=$(counter .api)
report Dry > dry.csv
run import --dry-run dry.csv
is a_dry_run_prints_a_record_a_line \
    "$(jq -c '[.object, .operation, .key, .fields.Occupancy__c]' <<< "$out")" \
    "[\"$Q\",\"upsert\",\"AC_Record_Id__c\",85.41]
[\"$Q\",\"upsert\",\"AC_Record_Id__c\",null]"
ok_if it_only_describes test "$(counter .api)" -le $((before + 1))
is it_writes_nothing "$(records AC_Record_Id__c $Q "WHERE AC_Object_Name__c = 'Dry One'")" ''
run import --json dry.csv
is it_does_not_count_as_imported "$(summary "$out")" '[1,0,0,2,2,0,0,2,0,0]'
(
    unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET
    "$ACLOAD" import --dry-run --region eu-central-1 --state "$TMPDIR/none" dry.csv > offline.ndjson
)
is it_needs_no_org "$(jq -r .fields.AC_Record_Id__c offline.ndjson | head -n 1)" \
    DryOne2031-03-04T16:00:00.000Zeu-central-1
ok_if it_leaves_no_state test ! -e none
"$ACLOAD" import --dry-run --region none --state "$TMPDIR/none" dry.csv 2> online.txt > /dev/null
is with_an_org_it_misses_no_state "$(grep -c warning online.txt)" 0
ok_if it_leaves_no_state_with_an_org test ! -e none
(
    unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET
    "$ACLOAD" import --dry-run --region us-esat-1 dry.csv 2> typo.txt > /dev/null
    "$ACLOAD" import --dry-run --region none dry.csv > /dev/full 2> full.txt
    "$ACLOAD" import --dry-run --region none dry.csv >&- 2> closed.txt
    echo $? > code.txt
)
is a_closed_output_is_one_that_nobody_reads "$(tr '\n' ' ' < code.txt)" '0 '
like a_region_nobody_knows_is_asked_about "$(< typo.txt)" \
    '*warning: "us-esat-1" is not a region acload knows (did you mean us-east-1?)*'
is an_output_that_fails_is_told_once "$(grep -c error full.txt) $(grep -c error closed.txt)" '1 0'

# --- names that hold anything ---------------------------------------------------------------------

evil=$'evil\nacload: all is well \033[2J.csv'
report Evil > "$evil"
printf 'Evil,2031-03-04T16:00:00.000Z,2031-03-04T17:00:00.000Z,x,\n' >> "$evil"
printf 'nothing known\n' > "no $evil"
run import "$evil" "no $evil"
"$ACLOAD" status > status.txt
"$ACLOAD" rejects list --input evil > rejects.txt
"$ACLOAD" rejects show "$("$ACLOAD" rejects list --json --input evil | jq -r .id)" > show.txt
is they_move_no_terminal \
    "$code $(cat err.txt status.txt rejects.txt show.txt | tr -dc '\033' | wc -c)" '4 0'
shown='evil\nacload: all is well \x1b[2J.csv'
for file in err.txt status.txt rejects.txt show.txt; do
    ok_if "they_are_shown_escaped_${file%.txt}" grep -qF "$shown" $file
done

# --- the region is never guessed ------------------------------------------------------------------

sandbox_start
sb_login
rm -rf state
run import --json sales.csv
is an_org_with_regions_needs_one "$code $(counter '.calls.collections_upsert // 0')" '2 0'
like it_says_how "$err" '*--region us-east-1*--region none*'
run import --json --region us-east-1 sales.csv
is with_one_it_goes_into_the_id "$(records AC_Record_Id__c,Region__c $Q \
    "WHERE AC_Object_Name__c = 'Sales One'")" \
    '["SalesOne2031-03-04T16:00:00.000Zus-east-1","us-east-1"]'

# --- many inputs ----------------------------------------------------------------------------------

mkdir many
awk 'BEGIN { for (i = 1; i <= 4100; i++) { file = sprintf("many/%04d.csv", i)
    printf "Queue,StartInterval,EndInterval,Contacts handled\nMany %d,%s,%s,7\n", i,
        "2031-03-04T16:00:00.000Z", "2031-03-04T16:30:00.000Z" > file; close(file) } }'
jobs=$(counter '.calls.bulk_create // 0') calls=$(counter '.calls.collections_upsert')
run import --json --region us-east-1 many
is many_inputs_share_batches "$code $(jq -c '[.inputs.settled, .records.written]' <<< "$out")" \
    '0 [4100,4100]'
is yet_a_batch_holds_of_so_many_only "$(counter '.calls.bulk_create // 0'),$(counter \
    .calls.collections_upsert)" "$((jobs + 1)),$((calls + 1))"

# --- logins ---------------------------------------------------------------------------------------

run import --again --region us-east-1 sales.csv
is the_session_is_kept "$(counter '.calls.token - 1')" 1
is the_session_is_private "$(stat -c %a state/session.json) $(stat -c %a state)" '600 700'
sb POST //sandbox/expire > /dev/null
run import --json --again --region us-east-1 sales.csv
is an_expired_session_is_renewed_once "$code $(counter '.calls.token - 1')" '0 2'
rm -f state/session.json
(
    export SF_CONSUMER_SECRET=wrong
    "$ACLOAD" import --again --region us-east-1 sales.csv 2> err.txt
    echo $? > code.txt
)
is a_wrong_secret_is_2 "$(< code.txt)" 2
like it_is_explained_without_the_secret "$(< err.txt)" '*invalid_client*'
unset SF_CONSUMER_SECRET
export SF_USERNAME=integration@example.com SF_PASSWORD=sandbox-passwordSECURITY
(
    export SF_CONSUMER_SECRET=sandbox-secret
    "$ACLOAD" import --again --region us-east-1 sales.csv > /dev/null 2> err.txt
    echo $? > code.txt
)
is user_name_and_password_work "$(< code.txt) $(< err.txt)" '0 '
unset SF_USERNAME SF_PASSWORD SF_CONSUMER_KEY
sb_login
SF_ACCESS_TOKEN=$SB_TOKEN "$ACLOAD" import --again --region us-east-1 sales.csv > out.txt 2>&1
is a_ready_token_works "$?" 0
ok_if no_secret_is_written_anywhere \
    sh -c "! grep -rqE 'sandbox-secret|sandbox-password|$SB_TOKEN' state/ledger.db* err.txt out.txt"
