#!/bin/bash
# SPDX-License-Identifier: MIT
# acload rejects: rows found, tried again, mended, let go; the counts stay true all the while.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export ACLOAD_STATE=$TMPDIR/state HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c A=AC_AgentPerformance__c C=AC_ContactTraceRecord__c

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
listed() { # flags: the lines of the rejects that they choose
    "$ACLOAD" rejects list --json "$@" | jq -r '"\(.input | sub(".*/"; "")):\(.line)"' | sort |
        tr '\n' ' '
}
counts() { "$ACLOAD" status --json | jq -c '[.rows[]], [.records.made, .records.written,
    .records.refused, .rejects]' | tr '\n' ' '; }
value() { # queue: its contacts handled
    sb_soql "SELECT Contacts_handled__c FROM $Q WHERE AC_Object_Name__c = '$1'" |
        jq -r '.records[].Contacts_handled__c'
}
plan() { req POST //sandbox/faults "$1"; }
T=2031-03-04T17:00:00.000Z,2031-03-04T17:30:00.000Z

sandbox_start --without $Q.Region__c --without $A.Region__c --without $C.Region__c
sb_login
cat > bad.csv << END
Queue,StartInterval,EndInterval,Contacts handled,Note
Fine,$T,1,x
Short,2031-03-04T17:00:00.000Z
Words,$T,many,=1+1
"=cmd|' /C calc'!A0",$T,nought,"+49 1"
-12,$T,some,"'=quoted"
"O'Neill, ""Al""",$T,few,"two
lines"
END
printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s\n%s\n' "Locked,$T,1" "Open,$T,1" \
    > locked.csv
long=$(printf '%02001d' 0)
for n in 1 2; do
    jq -cn --arg n $n --arg channel "$([ $n = 1 ] && echo VOICE || echo "$long")" '{
        AWSContactTraceRecordFormatVersion: "2017-03-10", Channel: $channel,
        ContactId: "00000000-0000-4000-8000-00000000000\($n)", DisconnectTimestamp:
        "2031-03-04T16:02:10Z", InitiationTimestamp: "2031-03-04T16:01:02Z", LastUpdateTimestamp:
        "2031-03-04T16:45:00Z", Attributes: {postcallCTRImportEnabled: "true"}}'
done > contacts.json
plan '[{"route":"PATCH */composite/sobjects/*","row_like":"*Locked*",
    "row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","row_message":"No calls on Sunday"}]'
run import bad.csv locked.csv contacts.json
is what_can_be_sent_is_sent "$code $(counts)" '1 [10,3,0,7,0] [4,3,1,7] '

# --- found ----------------------------------------------------------------------------------------

is all_are_listed "$(listed)" \
    'bad.csv:3 bad.csv:4 bad.csv:5 bad.csv:6 bad.csv:7 contacts.json:2 locked.csv:2 '
is by_input "$(listed --input locked)" 'locked.csv:2 '
is by_object "$(listed --object $Q)" 'locked.csv:2 '
is by_code "$(listed --code invalid_number)" 'bad.csv:4 bad.csv:5 bad.csv:6 bad.csv:7 '
is by_contact "$(listed --contact 00000000-0000-4000-8000-000000000002)" 'contacts.json:2 '
is by_a_cell "$(listed --contact Words)" 'bad.csv:4 '
is by_a_part_of_a_cell "$(listed --contact Word)" ''
is since_a_time "$(listed --since 1h --code BAD_ROW)" 'bad.csv:3 '
is since_a_day_to_come "$(listed --since 2999-01-01)" ''
is until_a_day_gone "$(listed --until 2000-01-01)" ''
is older_than_an_hour "$(listed --until 1h)" ''
is by_several_at_once "$(listed --input bad --code INVALID_NUMBER --contact -12)" 'bad.csv:6 '
id=$("$ACLOAD" rejects list --json --input locked | jq .id)
is by_number "$("$ACLOAD" rejects list --json "$id" | jq -r .line)" 2
run rejects list --since yesterday
like a_time_that_is_none "$code $err" '2 *--since*yesterday*'
run rejects list
like the_sums_say_what_to_do "$out" '*7 rejected rows, by code:*4  INVALID_NUMBER*
*1  FIELD_CUSTOM_VALIDATION_EXCEPTION on '$Q'*permission set AC_Administrator*'
run rejects show "$id"
like one_is_shown_whole "$out" '*input    locked.csv*line     2*key      Locked2031*
message  No calls on Sunday*
  Queue             Locked*  Contacts handled  1*'
run rejects show 999999
like one_that_is_not_there "$code $err" '2 *no reject 999999*'

# --- tried again ----------------------------------------------------------------------------------

run rejects retry --json --input locked
is what_still_fails_stays \
    "$code $(jq -c '[.rows.read, .rows.rejected]' <<< "$out") $(counts)" \
    '1 [1,1] [10,3,0,7,0] [4,3,1,7] '
plan '[]'
run rejects retry --input locked
is what_arrives_leaves_the_list "$code $(counts) $(listed --input locked)" \
    '0 [10,4,0,6,0] [4,4,0,6]  '
is it_arrived "$(value Locked)" 1
is nothing_else_was_touched "$(listed --input bad)" \
    'bad.csv:3 bad.csv:4 bad.csv:5 bad.csv:6 bad.csv:7 '
run rejects retry --input locked
like nothing_is_left_to_try "$code $out" '0 No rejected rows that match, of 6: *list'
run rejects list --code NO_SUCH_CODE
like others_are_told_of "$code $out" '0 No rejected rows that match, of 6: *'
run rejects list 999999
like no_such_number_is_told "$code $out" '0 No rejected rows that match, of 6: *'
run rejects export none.csv --input no-such-input
like an_export_of_none_is_told "$code $err $(ls none.csv 2>&1)" \
    '0 *No rejected rows that match, of 6: *cannot access*'
run rejects retry --code BAD_ROW
like a_row_that_never_was_one_is_left "$code $out" '* 1 row that never was one: mend*export*'

# Through today's plugins: a report of a quarter of an hour, taken once the option says so.
printf 'Queue,StartInterval,EndInterval,Contacts handled\nQuarter,%s,%s,5\nHalf,%s,5\n' \
    2031-03-04T17:00:00.000Z 2031-03-04T17:15:00.000Z "$T" > quarter.csv
run import quarter.csv
is a_quarter_is_rejected "$code $(listed --input quarter)" '1 quarter.csv:2 '
run rejects retry --input quarter
is it_is_rejected_again "$code $(value Quarter)" '1 '
run rejects retry --input quarter --plugin interval --option interval=0s
is another_option_takes_it "$code $(value Quarter)" '0 5'
# Through today's configuration: that of the job.
job() { # options: a configuration
    cat > job.json << END
{"jobs": {"queues": {"inputs": "in", "min_age": "0s",
                     "plugins": [{"name": "interval", "options": {$1}}]}}}
END
}
mkdir in
sed 's/Quarter/Job/; /Half/d' quarter.csv > in/job.csv
job ''
run run --config job.json
is the_job_rejects_it "$code $(listed --input job)" '1 job.csv:2 '
job '"interval": "15m"'
run rejects retry --config job.json --input job
is the_jobs_new_options_take_it "$code $(value Job) $(listed --input job)" '0 5 '
is counts_are_true_after_all_that "$(counts)" '[13,7,0,6,0] [7,7,0,6] '

# --- mended ---------------------------------------------------------------------------------------

ours=acload_code,acload_message,acload_source,acload_line
run rejects export --input bad mended.csv
is it_is_exported "$code $(stat -c %a mended.csv)" '0 600'
ids() { "$ACLOAD" rejects list --json "$@" | jq .id | sort -n; } # flags: their numbers
old="$(ids --input bad | head -n 1)-$(ids --input bad | tail -n 1)"
like it_says_how_to_forget_those_and_no_others "$err" "*acload rejects drop $old forgets the old*"
is a_range_of_numbers_chooses "$(listed "$old")" \
    'bad.csv:3 bad.csv:4 bad.csv:5 bad.csv:6 bad.csv:7 '
is several_add_up "$(listed "${old%-*}" "${old#*-}-999999" --input bad)" 'bad.csv:3 bad.csv:7 '
run rejects list "${old#*-}-${old%-*}"
like a_range_upside_down_is_refused "$code $err" '2 *"'"${old#*-}-${old%-*}"'"*17-42*'
run rejects list "${old%-*}-"
like a_range_without_an_end_is_refused "$code $err" '2 *17-42*'
run rejects show "$old"
like one_is_shown_not_a_range "$code $err" '2 *needs the number*'
run rejects export ends.csv "${old%-*}" "${old#*-}"
like numbers_with_others_between_are_told_as_they_are "$err" '*rejects drop with the same numbers*'
run rejects export one.csv --input bad --code BAD_ROW
like one_is_told_by_its_number "$err" "*rejects drop ${old%-*} forgets the old one.*"
is its_header_is_the_inputs_and_ours "$(head -n 1 mended.csv | tr -d '\357\273\277')" \
    "Queue,StartInterval,EndInterval,Contacts handled,Note,$ours,acload_row"
like a_row_has_the_reason "$(grep ^Words mended.csv)" \
    "Words,$T,many,'=1+1,INVALID_NUMBER,*many*is no number,bad.csv,4,"
is formulas_are_guarded "$(grep -c "^'=cmd|' /C calc'!A0,.*,'+49 1," mended.csv)" 1
is numbers_are_not "$(grep -c '^-12,' mended.csv)" 1
is what_was_guarded_before_has_one_more "$(grep -c ",''=quoted," mended.csv)" 1
run rejects export --input bad mended.csv
like an_export_replaces_nothing "$code $err" '2 *mended.csv exists already*'
is exports_to_standard_output \
    "$("$ACLOAD" rejects export - --code BAD_ROW | tail -n 1 | cut -d, -f 1,6)" Short,BAD_ROW
sed -i 's/,many,/,12,/; s/,nought,/,0,/; s/,some,/,3,/; s/,few,/,4,/
    s/^Short,2031-03-04T17:00:00.000Z,,,/Short,'$T',9,/' mended.csv
run import --json mended.csv
is mended_rows_arrive "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" '0 [5,0]'
is a_mended_row_has_its_value "$(value Words) $(value Short) $(value -12)" '12 9 3'
is guards_are_taken_off "$(value "=cmd|\\' /C calc\\'!A0") $(value "O\\'Neill, \"Al\"")" '0 4'
is the_old_ones_stay_until_dropped "$(counts)" '[18,12,0,6,0] [12,12,0,6] '

run rejects export --input contacts contacts.csv
is json_is_exported_as_json "$code $(echo contacts*son)" '0 contacts.json contacts.ndjson'
is with_ours_in_front "$(jq -r '.acload_code, .ContactId' contacts.ndjson | tr '\n' ' ')" \
    'STRING_TOO_LONG 00000000-0000-4000-8000-000000000002 '
jq -c '.Channel = "CHAT"' contacts.ndjson > contacts-mended.ndjson
run import contacts-mended.ndjson
is a_mended_contact_arrives "$code $(sb_soql "SELECT Channel__c FROM $C WHERE
    ContactId__c = '00000000-0000-4000-8000-000000000002'" | jq -r '.records[].Channel__c')" \
    '0 CHAT'

# What was no object at all is not taken for something else's JSON, as often as it comes back.
kept=$ACLOAD_STATE
export ACLOAD_STATE=$TMPDIR/state-of-no-objects
copy="$(jq -c '.ContactId = "mended"' contacts-mended.ndjson)"
printf '%s\n"text"\nx%s\n%s\n' "$copy" "$copy" "$(jq -c '.Queue = 7' <<< "$copy")" > no-objects
run import --json no-objects
is three_are_no_contacts "$code $(listed)" '1 no-objects:2 no-objects:3 no-objects:4 '
like each_code_of_theirs_has_a_hint "$("$ACLOAD" rejects list --json | jq -r .hint | sort -u |
    tr '\n' ' ')" 'a row is a JSON object: get *what stands there is no JSON: get *whatever wrote*'
run rejects export again.ndjson
run import --json again.ndjson
is they_are_rejected_again_until_mended "$code $(jq -c '[.rows.sent, .rows.dropped,
    .rows.rejected]' <<< "$out")" '1 [0,0,3]'
like it_says_what_to_do "$("$ACLOAD" rejects show 5)" '*not mended yet: acload_row*beside it*'
is a_member_of_another_kind_gets_no_hint_of_the_org \
    "$("$ACLOAD" rejects list --code WRONG_TYPE | grep -c 'WRONG_TYPE$\|NAMESPACE')" 1
run rejects export once-more.ndjson --input again
is an_export_of_an_export_has_ours_once "$(grep -o '"acload_code"' once-more.ndjson | wc -l) $(
    grep -c '"acload_row"' once-more.ndjson)" '3 2'
jq -c --argjson mended "$copy" 'if .acload_row then . + ($mended | .ContactId = "mended-2")
    else .Queue = {Name: "Q"} end' once-more.ndjson > mended-at-last
run import --json mended-at-last
is mended_they_arrive "$code $(jq -c '[.rows.sent, .rows.dropped, .rows.rejected]' <<< "$out")" \
    '0 [2,1,0]'
# What is mended is read as its input was: the gate's attribute is not there.
jq -c '.Queue = 7 | .Attributes = {}' <<< "$copy" > gated
run import --plugin ctr --option gate=all gated
run rejects export gated.ndjson --input gated
like it_is_told_how_it_was_read "$code $err" \
    "0 *acload import --plugin ctr --option 'gate=all' gated.ndjson; acload rejects drop*"
echo '{"jobs": {"calls": {"inputs": "of-a-job", "min_age": "0s", "region": "none"}}}' > job.json
sed 's/mended/of-a-job/' gated > of-a-job
jq -c '.Attributes.postcallCTRImportEnabled = "true"' of-a-job > moved && mv moved of-a-job
run run --config job.json
run rejects export of-a-job.ndjson --input of-a-job
like a_job_is_named "$code $err" \
    '0 *import of-a-job.ndjson, or put it among the inputs of job calls: *; acload rejects drop*'
run rejects export both.ndjson --input a
like where_they_differ_that_is_said "$code $err" '0 *both.ndjson (with --plugin and --option as*'
export ACLOAD_STATE=$kept

# --- let go ---------------------------------------------------------------------------------------

run rejects drop --input contacts
like drop_asks_first "$code $err" '2 *--yes*'
run rejects drop --input contacts --yes
is those_are_gone "$code $(listed --input contacts)" '0 '
is others_stay "$(listed)" 'bad.csv:3 bad.csv:4 bad.csv:5 bad.csv:6 bad.csv:7 '
is counts_still_tell_of_them "$("$ACLOAD" status --json |
    jq -c '[.rows.rejected, .rejects]')" '[6,5]'
printf 'n\n' > no.txt
script -qec "$ACLOAD rejects drop" /dev/null < no.txt > asked.txt
like a_person_may_say_no "$(< asked.txt) $(listed | wc -w)" \
    '*Remove 5 rejected rows for good?*Nothing*5'

# A run forgets those that are older than keep_rejects; 90 days are the default.
printf 'Queue,StartInterval,EndInterval\nLater,%s\n' "$T" > later.csv
run import later.csv
is they_are_kept "$(listed | wc -w)" 5
echo '{"keep_rejects": "1h"}' > keep.json
sed 's/Later/Last/' later.csv > last.csv
run import --config keep.json last.csv
is not_older_ones_are_kept_too "$(listed | wc -w)" 5
echo '{"keep_rejects": "0s"}' > keep.json
run import --config keep.json --again last.csv
is older_ones_are_gone "$(listed)" ''

# --- brought back without being mended ------------------------------------------------------------

export ACLOAD_STATE=$TMPDIR/odd
cat > odd.csv << END
Queue;StartInterval;EndInterval;Contacts handled;Note
Odd fine;${T/,/;};1;x
Odd short;${T/,/;};2
Odd, long;${T/,/;};3;"a;b";=1+1;more
Odd right;${T/,/;};4;x;
"Odd"broken;${T/,/;};5;x
END
run import --delimiter semicolon odd.csv
is rows_that_do_not_fit_are_rejected "$code $(listed)" '1 odd.csv:3 odd.csv:4 odd.csv:5 odd.csv:6 '
run rejects export odd-1.csv
is surplus_cells_are_exported \
    "$(grep -c ",\"\"\"Odd, long\"\",$T,3,a;b,=1+1,more\"\$" odd-1.csv)" 1
run import odd-1.csv
is unmended_they_are_rejected_again "$code $(listed --input odd-1 --code BAD_ROW)" \
    '1 odd-1.csv:2 odd-1.csv:3 odd-1.csv:4 odd-1.csv:5 '
like they_are_said_to_be_unmended "$("$ACLOAD" rejects list --input odd-1)" '*not mended yet*'
is nothing_of_them_arrives "$(value 'Odd short')$(value 'Odd, long')" ''
# Again and again, though every export has the columns of the one before.
run rejects export odd-2.csv --input odd-1
run import odd-2.csv
is an_export_of_an_export_is_unmended_too "$code $(listed --input odd-2 --code BAD_ROW)" \
    '1 odd-2.csv:2 odd-2.csv:3 odd-2.csv:4 odd-2.csv:5 '
run rejects export odd-3.csv --input odd-2
is it_says_the_same_cells "$(cut -d, -f 1-5 odd-3.csv) $(sed 's/.*[0-9],//' odd-3.csv)" \
    "$(cut -d, -f 1-5 odd-1.csv) $(sed 's/.*[0-9],//' odd-1.csv)"
# One by its cells, one by its empty acload_row; two not.
sed "s/^Odd short,$T,2,,/Odd short,$T,2,y,/
    s/^\(Odd right,.*\),\"*Odd right,$T,4,x,\"*\$/\1,/" odd-3.csv > odd-4.csv
run import --json odd-4.csv
is mended_ones_arrive_and_no_others "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" \
    '1 [2,2]'
is they_have_their_values "$(value 'Odd short') $(value 'Odd right') $(value 'Odd, long')" '2 4 '

# --- several files, rows kept in part, bytes that are no text -------------------------------------

export ACLOAD_STATE=$TMPDIR/several
sed 's/Contacts handled/Contacts abandoned/; s/,1$/,some/' locked.csv > other.csv
run import other.csv bad.csv contacts.json
run rejects export all.csv
is every_header_has_a_file "$code $(echo all*)" '0 all-2.csv all.csv all.ndjson'
like all_of_them_are_named "$err" '*Mend, then: acload import all.ndjson all.csv all-2.csv;*'
{
    printf 'Queue,StartInterval,EndInterval,Note\nWide,%s,' "$T"
    head -c 4194304 /dev/zero | tr '\0' a
    printf '\nNul,%s,a\0b\n' "$T"
} > wide.csv
run import wide.csv
is a_row_too_long_is_rejected "$code $(listed --input wide)" '1 wide.csv:2 wide.csv:3 '
read -r wide nul < <("$ACLOAD" rejects list --json --input wide | jq -s -r \
    'sort_by(.line) | map(.id) | @tsv')
size=$(sed -n 2p wide.csv | tr -d '\n' | wc -c)
"$ACLOAD" rejects show "$wide" | head -c 2000 > wide.txt
like show_says_that_it_is_cut "$(< wide.txt)" "*only its beginning, cut at 4194304 of $size bytes*"
run rejects export wide-1.csv "$wide"
like it_is_not_exported "$code $(ls wide-1.csv 2>&1) $err" '0 *No such*Left out: 1 rejected row*'
run rejects show "$nul"
like a_nul_byte_hints_at_utf16 "$(tr -s '\n ' ' ' <<< "$out")" \
    '*damaged*--again --encoding UTF-16LE*'
printf 'Queue,StartInterval,EndInterval\nM\374ller,%s\n' "$T" > old.csv
run import old.csv
like another_encoding_needs_again "$("$ACLOAD" rejects list --input old | tr -s '\n ' ' ')" \
    '*acload import --again --encoding WINDOWS-1252*'
run import --json --again --encoding WINDOWS-1252 old.csv
is what_the_hint_says_helps "$code $(jq .rows.sent <<< "$out")" '0 1'
