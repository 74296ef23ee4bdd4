#!/bin/bash
# SPDX-License-Identifier: MIT
# Bulk API 2.0 ingest jobs of the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --hide Thing__c.Hidden__c
sb_login

create() { # members of the job's JSON: sets job
    req POST /jobs/ingest "{$1}"
    member id
    job=$REPLY
}
upsert='"object":"Thing__c","operation":"upsert","externalIdFieldName":"Ext__c"'
put() { # csv
    req PUT "/jobs/ingest/$job/batches" "$1" 'Content-Type: text/csv'
}
state() { req PATCH "/jobs/ingest/$job" "{\"state\":\"$1\"}"; }
finish() { # waits for the end; sets ended to "state processed failed message"
    local i
    for ((i = 0; i < 2000; i++)); do
        req GET "/jobs/ingest/$job/"
        member state
        ended=$REPLY
        case $ended in JobComplete | Failed | Aborted) break ;; esac
        pause 0.005
    done
    member numberRecordsProcessed
    ended+=" $REPLY"
    member numberRecordsFailed
    ended+=" $REPLY"
    member errorMessage
    ended+=" $REPLY"
}
load() { # members, csv: a whole job
    create "$1"
    put "$2"
    state UploadComplete
    finish
}
results() { # name: lines in order of their text, sets REPLY
    req GET "/jobs/ingest/$job/$1"
    REPLY=$(sort <<< "$SB_BODY")
}
nl=$'\n'

# --- one job from beginning to end ----------------------------------------------------------------

create "$upsert"
like a_job_begins_open "$SB_STATUS $SB_BODY" \
    "200 {\"id\":\"750*\",\"operation\":\"upsert\",\"object\":\"Thing__c\",*\"state\":\"Open\",\""\
"externalIdFieldName\":\"Ext__c\",\"concurrencyMode\":\"Parallel\",\"contentType\":\"CSV\",\"apiV"\
"ersion\":62.0,\"contentUrl\":\"services/data/v62.0/jobs/ingest/$job/batches\",\"lineEnding\":\"L"\
"F\",\"columnDelimiter\":\"COMMA\"}"
put "Ext__c,need__C,Amount__c,Name,Long__c${nl}k1,n,1.5,\"a \"\"b\"\", c\",912260031${nl}k2,,x,"\
",${nl}k3,n,,\"two${nl}lines\",461"
is an_upload_is_201_and_empty "$SB_STATUS$SB_BODY" 201
put x
is a_second_upload_is_refused "$SB_STATUS $SB_BODY" \
    "400 [{\"message\":\"Found multiple contents for job: <$job>, please 'Close' / 'Abort' / 'Del"\
"ete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job"\
".\",\"errorCode\":\"BULK_API_ERROR\"}]"
req GET "/jobs/ingest/$job/successfulResults"
like results_wait_for_the_end "$SB_STATUS $SB_BODY" '400 *INVALIDJOBSTATE*'
req DELETE "/jobs/ingest/$job"
like an_open_job_cannot_be_deleted "$SB_STATUS $SB_BODY" '400 *INVALIDJOBSTATE*'
state UploadComplete
like closing_answers_the_job "$SB_STATUS $SB_BODY" '200 *"state":"UploadComplete"*'
finish
is two_of_three_rows_are_good "$ended" 'JobComplete 3 1 '
state UploadComplete
like twice_closed_is_refused "$SB_STATUS $SB_BODY" \
    '400 *Closing already JobComplete Job not allowed*'
state Aborted
is an_ended_job_cannot_be_aborted "$SB_STATUS" 400
results successfulResults/
like successes_have_id_and_created "$REPLY" '*"sf__Id","sf__Created",*'
like numbers_come_back_as_java_prints_them "$REPLY" '*"9.12260031E8"*'
like quotes_and_newlines_survive "$REPLY" '*"a ""b"", c"*'
like of_small_ones_too "$REPLY" '*"461.0"*'
results failedResults
like failures_have_id_and_error "$REPLY" '*"sf__Id","sf__Error",*'
like failures_say_why "$REPLY" '*"","INVALID_TYPE_ON_FIELD_IN_RECORD:Amount: value not of require'\
'd type: x:Amount__c --",*'
results unprocessedRecords
is nothing_is_left "${#REPLY} ${REPLY//[^,]/}" '48 ,,,,'
req DELETE "/jobs/ingest/$job"
is an_ended_job_can_be_deleted "$SB_STATUS$SB_BODY" 204
req GET "/jobs/ingest/$job"
like then_it_is_gone "$SB_STATUS $SB_BODY" '404 *NOT_FOUND*'
soql "SELECT Name, Long__c, Amount__c FROM Thing__c WHERE Ext__c = 'k3'"
like the_rows_are_there "$SB_BODY" '*"Name":"two\\nlines","Long__c":461.0,"Amount__c":null}*'

# --- cells ----------------------------------------------------------------------------------------

load "$upsert" "Ext__c,Need__c,Amount__c,Name${nl}K1,,#N/A,${nl}"
is an_update_by_a_key_of_other_letters "$ended" 'JobComplete 1 0 '
results successfulResults
like an_update_is_not_created "$REPLY" '*"a8T*","false",*'
soql "SELECT Ext__c, Need__c, Amount__c, Name FROM Thing__c WHERE Ext__c = 'k1'"
like empty_keeps_and_na_clears "$SB_BODY" \
    '*"Ext__c":"k1","Need__c":"n","Amount__c":null,"Name":"a \\\"b\\\", c"}*'
load "$upsert" "Ext__c,Need__c,At__c,Day__c,Flag__c,Rate__c${nl}t1,n,2024-01-31T10:00:00,2024-01-"\
"31,1,1.25E1${nl}t2,n,2024-01-31,,TRUE,${nl}t3,n,2024-01-31T10:00:00.250+02:00,,false,"
is csv_times_may_lack_a_zone "$ended" 'JobComplete 3 0 '
soql "SELECT At__c, Flag__c, Rate__c FROM Thing__c WHERE Ext__c IN ('t1', 't2', 't3') ORDER BY Ex"\
"t__c"
like and_are_utc_then "$SB_BODY" '*"At__c":"2024-01-31T10:00:00.000+0000","Flag__c":true,"Rate__c'\
'":12.5}*"At__c":"2024-01-31T00:00:00.000+0000","Flag__c":true*"At__c":"2024-01-31T08:00:00.250+0'\
'000","Flag__c":false*'
load "$upsert" "Ext__c,Need__c,Choice__c,Mail__c,Count__c,Day__c${nl}r1,12345678901,,,,${nl}r2,n,"\
"Blue,,,${nl}r3,n,,x,,${nl}r4,n,,,1234567,${nl}r5,n,,,,2024-02-30${nl},n,,,,${nl}r7,,,,,${nl}r8,n"\
",Red,a@b.co,5,2024-02-29"
is every_rule_holds_here_too "$ended" 'JobComplete 8 7 '
results failedResults
for code in STRING_TOO_LONG INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST INVALID_EMAIL_ADDRESS \
    NUMBER_OUTSIDE_VALID_RANGE INVALID_TYPE_ON_FIELD_IN_RECORD MISSING_ARGUMENT \
    REQUIRED_FIELD_MISSING; do
    like "in_bulk_$code" "$REPLY" "*\"$code:*--\"*"
done
load "$upsert" "Ext__c,Need__c${nl}q2,\"a\" ${nl}q3,a,b${nl}q4${nl}${nl}q5,n"
is rows_of_another_length_fail_alone "$ended" 'JobComplete 4 3 '
load "$upsert" "Ext__c,Need__c,Name${nl}u1,n,$(printf '\303\244\316\251')${nl}u2,n"\
",$(printf 'a\377')"
is broken_utf8_fails_alone "$ended" 'JobComplete 2 1 '

# --- parents --------------------------------------------------------------------------------------

load '"object":"Parent__c","operation":"insert"' "Ext__c,Loose__c${nl}p1,same${nl}p2,same"
is an_insert_needs_no_key "$ended" 'JobComplete 2 0 '
load "$upsert" "Ext__c,Need__c,Parent__r.Ext__c,Parent__c:Poly__r.Ext__c,Contact:Poly__r.Emai"\
"l${nl}c1,n,P1,p2,${nl}c2,n,p9,,${nl}c3,n,,p1,a@b.co${nl}c4,n,#N/A,,"
is parents_come_by_their_keys "$ended" 'JobComplete 4 2 '
soql "SELECT Parent__r.Ext__c, Poly__r.Ext__c FROM Thing__c WHERE Ext__c = 'c1'"
like and_are_found "$SB_BODY" '*"Parent__r":{*"Ext__c":"p1"},"Poly__r":{*"Ext__c":"p2"}*'
results failedResults
like a_missing_parent_is_named "$REPLY" \
    '*"INVALID_FIELD:Foreign key external ID: p9 not found for field Ext__c in entity Parent__c:-'\
'-"*'
header() { # name message columns : the job fails because of its header
    load "$upsert" "$3${nl}h1,n"
    is "$1" "$ended" "Failed 0 0 $2"
}
header an_unknown_column_fails_the_job 'InvalidBatch : Field name not found : Nope__c' \
    Ext__c,Nope__c
header a_hidden_one_too 'InvalidBatch : Field name not found : Hidden__c' Ext__c,Hidden__c
header a_mark_before_the_header_is_part_of_it \
    $'InvalidBatch : Field name not found : \357\273\277Ext__c' $'\357\273\277Ext__c,Need__c'
header an_unneeded_type_fails \
    'InvalidBatch : type is not needed for non polymorphic foreign key references : Parent__r' \
    Ext__c,Parent__c:Parent__r.Ext__c
header a_missing_type_fails \
    'InvalidBatch : type is needed for polymorphic foreign key references : Poly__r' \
    Ext__c,Poly__r.Ext__c
header an_unknown_relationship_fails 'InvalidBatch : Field name not found : Nope__r.Ext__c' \
    Ext__c,Nope__r.Ext__c
header a_column_given_twice_fails 'InvalidBatch : Field name is there more than once : need__c' \
    Ext__c,Need__c,need__c
results unprocessedrecords
like what_was_not_looked_at_is_handed_back "$REPLY" '*h1*'

# --- line ends, delimiters ------------------------------------------------------------------------

ends() { # name lineEnding csv want
    load "$upsert,\"lineEnding\":\"$2\"" "$3"
    is "$1" "$ended" "$4"
}
wrong='Failed 0 0 ClientInputError : LineEnding is invalid on user data. Current LineEnding setti'\
'ng is'
cr=$'\r'
ends crlf_in_an_lf_job LF "Ext__c,Need__c$cr${nl}l1,n$cr$nl" "$wrong LF"
ends lf_in_a_crlf_job CRLF "Ext__c,Need__c${nl}l1,n$nl" "$wrong CRLF"
ends one_wrong_end_is_enough LF "Ext__c,Need__c${nl}l1,n$cr${nl}l2,n$nl" "$wrong LF"
ends even_within_quotes LF "Ext__c,Need__c${nl}l1,\"a${cr}b\"$nl" "$wrong LF"
ends crlf_may_be_asked_for CRLF "Ext__c,Need__c$cr${nl}l1,n$cr${nl}l2,n" 'JobComplete 2 0 '
results successfulResults
like and_comes_back_so "$SB_BODY" *"$cr$nl"
for pair in $'TAB\t' 'PIPE|' 'SEMICOLON;' 'CARET^' 'BACKQUOTE`'; do
    d=${pair: -1}
    load "$upsert,\"columnDelimiter\":\"${pair%?}\"" "Ext__c${d}Need__c${nl}d1$d\"a${d}b\"$nl"
    is "columns_may_be_parted_by_${pair%?}" "$ended" 'JobComplete 1 0 '
done
load "$upsert" ''
is an_empty_upload_is_no_row "$ended" 'JobComplete 0 0 '
load "$upsert" 'Ext__c,Need__c'
is nor_is_a_header_alone "$ended" 'JobComplete 0 0 '
results successfulResults
like a_result_without_rows_is_its_header "${REPLY#$nl}" '"sf__Id","sf__Created",*__c"'

# --- chunks ---------------------------------------------------------------------------------------

csv="Ext__c,Need__c"
for ((i = 1; i <= 450; i++)); do csv+="${nl}n$i,v$i"; done
load "$upsert" "$csv${nl}N450,twice${nl}n1,again"
is the_window_of_duplicates_is_a_chunk "$ended" 'JobComplete 452 2 '
results failedResults
like both_of_a_pair_fail "$REPLY" '*DUPLICATE_VALUE:Duplicate external id specified: n450:Ext__c '\
'--*'
soql "SELECT Need__c FROM Thing__c WHERE Ext__c = 'n1'"
like farther_apart_the_second_wins "$SB_BODY" '*"Need__c":"again"*'
req GET "/jobs/ingest/$job/successfulResults"
order=${SB_BODY//[^$'\n'n0-9]/}
is results_come_in_another_order "$(sort -c <<< "$order" 2> /dev/null && echo sorted)" ''
row=${SB_BODY#*$'\n'}
is packed_when_asked "$(curl -s -H "Authorization: Bearer $SB_TOKEN" -H 'Accept-Encoding: gzip' \
    "$SB_DATA/jobs/ingest/$job/successfulResults" | gunzip -c | wc -l)" 451
is all_of_them "$(grep -c . <<< "$row")" 450

printf -v csv '\nz%s,v' {1..10001}
load "$upsert" "Ext__c,Need__c$csv${nl}Z1,again"
is a_batch_has_ten_thousand_rows "$ended" 'JobComplete 10002 0 '
req GET //sandbox/counters
member batches
before=$REPLY
load "$upsert" "Ext__c,Need__c$csv"
req GET //sandbox/counters
member batches
is each_begun_one_counts "$((REPLY - before))" 2

# --- operations -----------------------------------------------------------------------------------

soql "SELECT Id FROM Thing__c WHERE Ext__c IN ('n2', 'n3', 'n4')"
rest=$SB_BODY ids=()
while [[ $rest == *'"Id":"'* ]]; do
    rest=${rest#*'"Id":"'}
    ids+=("${rest%%\"*}")
done
load '"object":"Thing__c","operation":"update"' \
    "Id,Name${nl}${ids[0]},new${nl}a8T5eB000000zzzEBA,x${nl},y"
is an_update_goes_by_id "$ended" 'JobComplete 3 2 '
load '"object":"Thing__c","operation":"upsert","externalIdFieldName":"Id"' \
    "Id,Need__c${nl}${ids[0]},by id${nl},fresh"
is an_upsert_may_go_by_id "$ended" 'JobComplete 2 0 '
load '"object":"Thing__c","operation":"delete"' "Id${nl}${ids[0]}${nl}${ids[1]}${nl}nonsense"
is a_delete_goes_by_id "$ended" 'JobComplete 3 1 '
load '"object":"Thing__c","operation":"delete"' "Id,Name${nl}${ids[2]},x"
like a_delete_has_no_other_column "$ended" 'Failed 0 0 InvalidBatch*Name'
load '"object":"Thing__c","operation":"hardDelete"' "Id${nl}${ids[2]}"
is a_hard_delete_too "$ended" 'JobComplete 1 0 '
sb_encode "SELECT Id, IsDeleted FROM Thing__c WHERE Ext__c IN ('n2', 'n3', 'n4')"
req GET "/queryAll?q=$REPLY"
like but_only_that_leaves_nothing "$SB_BODY" '{"totalSize":2,*"IsDeleted":true*'
bad() { # name code members
    create "$3"
    like "$1" "$SB_STATUS $SB_BODY" "400 *\"errorCode\":\"$2\"*"
}
bad no_operation INVALIDJOB '"object":"Thing__c"'
bad another_case_of_operation INVALIDJOB '"object":"Thing__c","operation":"Insert"'
bad no_object INVALIDJOB '"operation":"insert"'
bad an_unknown_object INVALIDENTITY '"object":"Nope__c","operation":"insert"'
bad an_upsert_without_key INVALIDJOB '"object":"Thing__c","operation":"upsert"'
bad a_key_that_is_none INVALIDJOB '"object":"Thing__c","operation":"upsert","externalIdFieldName"'\
':"Name"'
bad another_content_type INVALIDJOB '"object":"Thing__c","operation":"insert","contentType":"XML"'
bad another_line_end INVALIDJOB '"object":"Thing__c","operation":"insert","lineEnding":"CR"'
bad another_delimiter INVALIDJOB '"object":"Thing__c","operation":"insert","columnDelimiter":"DOT"'
bad an_unknown_member JSON_PARSER_ERROR '"object":"Thing__c","operation":"insert","x":"y"'
create '"object":"Thing__c","operation":"insert"'
req PUT "/jobs/ingest/$job/batches" 'Need__c' 'Content-Type: application/json'
is an_upload_is_csv "$SB_STATUS" 415
req PUT /jobs/ingest/7505eB000000zzzABA/batches 'Need__c' 'Content-Type: text/csv'
is of_a_job_that_is_there "$SB_STATUS" 404
state Dancing
is a_job_has_no_other_state "$SB_STATUS" 400

# --- abort, list, multipart -----------------------------------------------------------------------

put "Need__c${nl}x"
state Aborted
like an_open_job_can_be_aborted "$SB_STATUS $SB_BODY" '200 *"state":"Aborted"*'
results unprocessedrecords
like its_rows_are_handed_back "$REPLY" '*"x"*'
put 'Need__c'
like no_upload_after_that "$SB_STATUS $SB_BODY" '400 *INVALIDJOBSTATE*'
req GET '/jobs/ingest?jobType=V2Ingest'
like jobs_are_listed "$SB_BODY" '{"done":true,"records":?{"id":"750*"jobType":"V2Ingest"*"nextRec'\
'ordsUrl":null}'
form() { # job json, csv
    req POST /jobs/ingest "--b$cr${nl}Content-Disposition: form-data; name=\"job\"$cr${nl}Content"\
"-Type: application/json$cr$nl$cr$nl$1$cr$nl--b$cr${nl}Content-Disposition: form-data; name=\"con"\
"tent\"; filename=\"content\"$cr${nl}Content-Type: text/csv$cr$nl$cr$nl$2$cr$nl--b--$cr$nl" \
        'Content-Type: multipart/form-data; boundary=b'
    member id
    job=$REPLY
}
form "{$upsert}" "Ext__c,Need__c${nl}mp,n"
like one_request_may_do_it_all "$SB_STATUS $SB_BODY" '200 *"state":"UploadComplete"*'
finish
is and_it_is_done "$ended" 'JobComplete 1 0 '
printf -v long '%100001s' ''
form "{$upsert}" "$long"
is but_only_for_small_ones "$SB_STATUS" 400
form '{"object":"Nope__c","operation":"insert"}' x
like with_the_same_rules "$SB_STATUS $SB_BODY" '400 *INVALIDENTITY*'

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --bulk-delay-ms 60000 --no-hard-delete
sb_login
bad hard_deletes_need_a_permission FEATURENOTENABLED '"object":"Thing__c","operation":"hardDelete"'
create "$upsert"
put "Ext__c,Need__c${nl}w,n"
state UploadComplete
req GET "/jobs/ingest/$job"
member state
like a_job_takes_its_time "$REPLY" '@(UploadComplete|InProgress)'
state Aborted
finish
is and_can_be_aborted_meanwhile "$ended" 'Aborted 0 0 '
results unprocessedrecords
like then_nothing_was_done "$REPLY" '*"w"*'
create "$upsert"
put "Ext__c,Need__c${nl}w,n"
state UploadComplete
sandbox_stop
is a_waiting_job_does_not_keep_the_server $? 0

# --- nothing kept ---------------------------------------------------------------------------------

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --discard
sb_login
load "$upsert" "Ext__c,Need__c${nl}a,\"x${nl}y\"${nl}b,n${nl}"
is rows_are_counted_as_they_stream_in "$ended" 'JobComplete 2 0 '
load "$upsert" "Ext__c,Nope__c${nl}a,b"
is the_header_is_looked_at "$ended" 'Failed 0 0 InvalidBatch : Field name not found : Nope__c'
load "$upsert" "Ext__c,Need__c${nl}a,b$cr$nl"
is so_are_line_ends "$ended" "$wrong LF"
results successfulResults
is results_are_empty "$SB_STATUS" 200
req GET //sandbox/counters
like but_counted "$SB_BODY" '*"Thing__c":{"created":2,*'
create "$upsert"
gzip -c <<< "Ext__c,Need__c${nl}a,b${nl}c,d" > "$SB_DIR/packed"
curl -s -X PUT -H "Authorization: Bearer $SB_TOKEN" -H 'Content-Type: text/csv' \
    -H 'Content-Encoding: gzip' --data-binary "@$SB_DIR/packed" "$SB_DATA/jobs/ingest/$job/batches"
state UploadComplete
finish
is an_upload_may_be_packed "$ended" 'JobComplete 2 0 '
create "$upsert"
printf 'Ext__c,Need__c\na,b\n' | curl -s -X PUT -H "Authorization: Bearer $SB_TOKEN" \
    -H 'Content-Type: text/csv' -H 'Transfer-Encoding: chunked' -T - \
    "$SB_DATA/jobs/ingest/$job/batches"
state UploadComplete
finish
is an_upload_may_come_in_chunks "$ended" 'JobComplete 1 0 '
