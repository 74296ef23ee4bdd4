#!/bin/bash
# SPDX-License-Identifier: MIT
# acload check: each thing that may be wrong, and what it says to do; ids of another form.
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
# The texts of one subject, by their verdict.
said() { # verdict subject
    jq -r --arg v "$1" --arg s "$2" 'select(.verdict == $v and .check == $s) | .text' <<< "$out"
}
counter() { sb GET //sandbox/counters | jq "$1"; }
report() { # queue
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s,%s,%s,7\n' "$1" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z
}

# --- all is well ----------------------------------------------------------------------------------

sandbox_start
sb_login
run check --region us-east-1
is all_is_well "$code|$err" '0|'
is every_line_is_good "$(grep -cv '^ok  ' <<< "$out")" 0
run check --region us-east-1 --json
is json_has_a_verdict_a_line "$(jq -r .verdict <<< "$out" | sort -u)" ok
like the_login_is_told "$(said ok 'login flow')" \
    '*client credentials (SF_CONSUMER_KEY, SF_CONSUMER_SECRET)*127.0.0.1*'
like the_version_is_told "$(said ok 'API version')" '62.0*66.0*'
like the_state_is_told "$(said ok state)" "$TMPDIR/state"
like plugins_are_told "$(said ok plugin)" '*ctr*interval*'
like objects_are_told "$(said ok object)" "*$Q: 101 of 101 known fields*"
like the_budget_is_told "$(said ok 'API calls')" '*of 100,000*80 %*'
like storage_is_told "$(said ok 'data storage')" '*MB are free*'
like an_empty_org_has_no_ids "$(said ok 'record ids')" "*$Q has no records yet*"
is nothing_is_written "$(counter '.calls | [.collections_upsert, .bulk_create, .create]
    | map(. // 0) | add')" 0

# --- here -----------------------------------------------------------------------------------------

(umask 077 && echo sandbox-secret > secret.txt)
echo '{"org": {"client_id": "sandbox-client", "client_secret_file": "secret.txt"}}' > named.json
(unset SF_CONSUMER_KEY && "$ACLOAD" check --region us-east-1 --json --config named.json) > part.txt
out=$(< part.txt)
like it_tells_what_comes_from_the_file "$(said ok 'login flow')" \
    'client credentials (org.client_id, SF_CONSUMER_SECRET) at *'
run check --region us-east-1 --json --config no-such.json
like no_such_configuration "$code $err" '2 *no-such.json*'
mkdir open && chmod 777 open && cp "$PLUGINS/interval.so" open && chmod 777 open
run check --region us-east-1 --json --plugin-dir open
like a_plugin_that_others_can_change "$code $(said fail plugin)" '2 *open*chmod*'
: > file
run check --region us-east-1 --json --state file/below
like a_state_directory_that_cannot_be "$code $(said fail state)" '2 *file*'
SF_CA_BUNDLE=$TMPDIR/none.pem run check --region us-east-1 --json
like certificates_that_are_not_there "$code $(said fail certificates)$err" '2 *none.pem*'
SF_CA_BUNDLE=$TMPDIR/file run check --region us-east-1 --json
like a_file_without_certificates "$code $(said fail certificates)$err" '2 *file*PEM*'
HTTPS_PROXY=http://user:proxy-secret@127.0.0.1:1 NO_PROXY=localhost SF_HOST=https://org.invalid \
    run check --region us-east-1 --json
like a_proxy_is_told "$(said ok proxy)" '127.0.0.1:1 (HTTPS_PROXY), not for localhost'
is its_password_is_not "$(grep -c proxy-secret <<< "$out$err")" 0
like a_proxy_that_is_not_there "$code $(said fail login)" '2 *proxy*'
(
    unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET
    "$ACLOAD" check > out.txt
    echo $? >> out.txt
)
like no_org "$(< out.txt)" '*FAIL  org *acload init*SF_HOST*2'

# --- the org --------------------------------------------------------------------------------------

SF_CONSUMER_SECRET=wrong-secret run check --region us-east-1 --json
like a_wrong_secret "$code $(said fail login)" '2 *invalid_client*SF_CONSUMER_SECRET*'
is it_is_not_shown "$(grep -c wrong-secret <<< "$out$err")" 0
SF_VERSION=67.0 run check --region us-east-1 --json
like a_version_the_org_does_not_know "$code $(said fail 'API version')" '2 *67.0*66.0*SF_VERSION*'
run check --json
like a_region_that_is_needed "$code $(said fail region)" "2 *Region__c*--region us-east-1*"
SF_ADAPTER_NAMESPACE=other run check --region us-east-1 --json
like a_package_that_is_not_there "$code $(said fail object)" \
    "2 *other__$Q*SF_ADAPTER_NAMESPACE*AC_Administrator*"
sandbox_start --hide $Q.AC_Record_Id__c --hide $Q.Occupancy__c --daily 50
run check --region us-east-1 --json
like a_hidden_key "$code $(said fail object)" "2 *$Q has no field AC_Record_Id__c*AC_Administrator*"
sb_login
mkdir closed # an org in which this user may do less
for file in "$AC_ROOT"/schemas/*.json; do
    jq --arg q $Q --arg a $A 'if .name == $q then .createable = false elif .name == $a then
        .fields |= map(if .name == "Contacts_missed__c" then .createable = false |
            .updateable = false else . end) else . end' "$file" > "closed/${file##*/}"
done
SB_SCHEMAS=$PWD/closed sandbox_start
run check --region us-east-1 --json
like an_object_that_is_closed "$code $(said fail object)" \
    "2 *may not create records of $Q*AC_Administrator*"
like a_field_that_is_closed "$(said note object)" "*$A*may not write 1 of*Contacts_missed__c*"
report Closed > closed.csv
run import --region us-east-1 closed.csv
run rejects list
like what_a_run_of_it_comes_to "$code $out" '0 *may not create records of that object*'
sandbox_start --daily 50
sb_login
for _ in $(seq 32); do req GET /limits/; done
run check --region us-east-1 --json
like a_budget_nearly_gone "$(said note 'API calls')" '*of 50*80 %*limits.api_share*'
cat > fields.json << END
{"region": "us-east-1", "state": "state",
 "jobs": {"queues": {"inputs": "in", "fields": {"$Q.Brand__c": {"from": "Brand"},
                                                "$Q.Contacts_handled__c": {"from": "x"}}}}}
END
sandbox_start
run check --config fields.json --json
like a_field_that_a_job_wants "$code $(said fail field)" "2 *queues*Brand__c is no field*"
like another_that_is_there "$(said ok field)" '*queues*Contacts_handled__c*'

cat > jobs.json << END
{"region": "us-east-1", "state": "state",
 "jobs": {"good": {"inputs": "in", "plugins": {"name": "interval", "options": {"kind": "queue"}},
                   "encoding": "WINDOWS-1252"},
          "odd": {"inputs": "in", "plugins": {"name": "interval", "options": {"kind": "quue"}}},
          "lost": {"inputs": "in", "plugins": "no-such-plugin"},
          "letters": {"inputs": "in", "encoding": "WINDOWS-9999"}}}
END
run check --config jobs.json --json
is jobs_are_opened_as_run_opens_them "$code $(said fail job | cut -d : -f 1 | tr '\n' ' ')" \
    '2 odd lost letters '
like one_that_opens_says_so "$(said ok job)" '*good: its plugins open*'
run run --config jobs.json odd
is run_refuses_it_too "$code" 2

# What recordings need is asked of the org, too.
R=AC_ContactChannelAnalytics__c
mkdir contacts
cat > contacts.json << END
{"region": "us-east-1", "state": "state",
 "jobs": {"contacts": {"inputs": "contacts",
    "plugins": {"name": "ctr", "options": {"gate": "all", "recordings": "contact"}}}}}
END
run check --config contacts.json
is recordings_that_can_be_found "$code|$err|$(grep -v '^ok  ' <<< "$out")" '0||'
sandbox_start --hide $R.ContactId__c
sb_login
run check --config contacts.json --json
like recordings_that_cannot_be_found "$code $(said fail job)" "2 contacts: *$R*ContactId__c*hidden*"
echo '{"AWSContactTraceRecordFormatVersion":"2017-03-10","ContactId":"c-1"}' > contacts/c.json
touch -d 2024-03-04 contacts/c.json
run run --config contacts.json
like run_refuses_them_too "$code $err" "2 *$R*ContactId__c*hidden*"
sed -i 's/"recordings": "contact"/"recordings": "key:Instance__c"/' contacts.json
run check --config contacts.json --json
like a_key_that_is_no_field "$code $(said fail job)" "2 contacts: *$R*Instance__c*"
sed -i 's/, "recordings": "key:Instance__c"//' contacts.json
run check --config contacts.json --json
is no_recordings_no_question "$code $(said fail job)" '0 '

# A job's own field of a contact record: a JSON pointer, as a run takes it.
sed -i 's|"inputs": "contacts",|& "fields": {"QueueName__c": {"from": "Attributes/brand"}},|' \
    contacts.json
run check --config contacts.json --json
like what_is_no_pointer "$code $(said fail job)" \
    "2 contacts: an input would be refused: *QueueName__c from Attributes/brand*begins with /*"
words=$(said fail job)
run run --config contacts.json
like run_refuses_it_in_the_same_words "$code $err" "4 *${words##*refused: }*"
sed -i 's|Attributes/brand|/&|' contacts.json
run check --config contacts.json --json
is a_pointer_is_good "$code $(said fail job)" '0 '

# --- whose ids are these? -------------------------------------------------------------------------

rm -rf state
sandbox_start
sb_login
report One > one.csv
report Two > two.csv
run import --region us-east-1 one.csv
is a_first_import_has_nothing_to_compare "$code" 0
run check --region us-east-1 --json
like ours_are_known "$code $(said ok 'record ids')" "0 *$Q: as ours would be*region us-east-1*"
run check --region eu-centrla-1 --json
like a_typo_of_a_region_is_noted "$(said note region)" \
    '*eu-centrla-1*is not a region acload knows (did you mean eu-central-1?)*'
run check --region eu-central-1 --json
like another_region_is_seen "$code $(said fail 'record ids')" \
    '2 *the region us-east-1; ours would be *the region eu-central-1*--new-ids*'
run check --region none --json
like no_region_is_seen "$code $(said fail 'record ids')" '2 *us-east-1*'
before=$(counter '.calls.collections_upsert')
run import --region eu-central-1 two.csv
like import_refuses "$code $err" '2 *twice*us-east-1*eu-central-1*--new-ids*'
is it_sends_nothing "$(counter '.calls.collections_upsert')" "$before"
mkdir in && cp two.csv in && touch -d '1 hour ago' in/two.csv
echo '{"region": "eu-central-1", "jobs": {"queues": {"inputs": "in"}}}' > other.json
run run --config other.json
like run_refuses "$code $err" '2 *--new-ids*'
run import --region us-east-1 two.csv
is our_own_region_goes_on "$code" 0
run import --region eu-central-1 --new-ids --again two.csv
is new_ids_is_a_way_to_mean_it "$code" 0
run check --region eu-central-1 --json
like some_of_each_are_noted "$code $(said note 'record ids')" '0 *1 are as ours*2 are not*'

# Records as another formula would have written them: an offset instead of UTC.
sandbox_start --without $Q.Region__c --without $A.Region__c
sb_login
rm -rf state
req PATCH /composite/sobjects/$Q/AC_Record_Id__c "{\"allOrNone\":false,\"records\":[
  {\"attributes\":{\"type\":\"$Q\"},\"AC_Record_Id__c\":\"One2031-03-04T08:00:00.000-08:00\",
   \"AC_Object_Name__c\":\"One\",\"StartInterval__c\":\"2031-03-04T16:00:00.000Z\"}]}"
is the_record_is_there "$SB_STATUS" 200
echo '{"jobs": {"queues": {"inputs": "in",
    "plugins": [{"name": "interval", "options": {"record_id": "utc"}}]}}}' > utc.json
run check --config utc.json --json
like another_formula_is_seen "$code $(said fail 'record ids')" \
    '2 *queues*-08:00*ours would be *UTC*'
run import one.csv
like it_is_refused_too "$code $err" '2 *-08:00*--new-ids*'
sed 's/T16:\(..\):00.000Z/T08:\1:00.000-08:00/g' one.csv > offset.csv
run import offset.csv
is a_report_with_that_offset_is_not "$code" 0

# --- S3 -------------------------------------------------------------------------------------------

mkdir -p s3/reports/q s3/kept s3/locked
report One > s3/reports/q/one.csv
sandbox_start --s3 "$TMPDIR/s3"
sb_login
export AWS_ENDPOINT_URL_S3=$SB_URL AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret
cat > s3.json << END
{"region": "us-east-1", "rejects": "s3://kept/rows", "jobs": {
    "queues": {"inputs": ["s3://reports/q/", "s3://reports/later/"]}}}
END
run check --config s3.json --json
like inputs_on_s3_are_looked_for "$code $(said ok bucket)" \
    '0 *queues: s3://reports/q/ has objects*rejects: the bucket of s3://kept/rows/ is there*'
like what_holds_nothing_is_noted "$(said note bucket)" '*nothing is in s3://reports/later/ yet*'
is a_listing_each "$(counter .calls.s3)" 3
sed 's|reports/later|nowhere/x|; s|kept/rows|nor-here/|' s3.json > lost.json
run check --config lost.json --json
like buckets_that_are_not_there_are_seen "$code $(said fail bucket)" \
    '2 *s3://nowhere/x/: there is no *s3://nor-here/: there is no *'
sed 's|kept/rows|reports/q/kept|' s3.json > loop.json
run check --config loop.json --json
like rejects_would_be_imported_again "$code $(said fail bucket)" \
    '2 rejects: s3://reports/q/kept/ is below an input of the job queues*another prefix'
sb POST //sandbox/faults '[{"route": "GET /reports*", "status": 403}]' > out.sb
run check --config s3.json --json
like a_worker_may_do_without_listings "$code $(said note bucket)" \
    '0 *queues: s3://reports/q/: access is denied*acload hook does not*'
(
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    run check --config s3.json --json
    said fail bucket
) > bare.txt
like without_credentials_it_is_said "$(< bare.txt)" '*no AWS credentials are found*'
is once_for_all_inputs "$(wc -l < bare.txt)" 1
