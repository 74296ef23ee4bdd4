#!/bin/bash
# SPDX-License-Identifier: MIT
# The Salesforce CLI, as others wrote it, against the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/peers/peers.sh
. "$(dirname "$0")/peers.sh"

peer_install sf node@22 @salesforce/cli@2 # the CLI needs that node, which the package brings
export PATH=$PEER_MODULES/.bin:$PATH HOME=$SB_DIR/home
mkdir "$HOME" "$SB_DIR/cwd" && cd "$SB_DIR/cwd" || exit 2
sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects"
sb_login
unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET SF_ADAPTER_NAMESPACE
export SF_ACCESS_TOKEN=$SB_TOKEN SF_DISABLE_TELEMETRY=true SF_AUTOUPDATE_DISABLE=true \
    SF_USE_GENERIC_UNIX_KEYCHAIN=true SF_DISABLE_LOG_FILE=true SF_SKIP_NEW_VERSION_CHECK=true

cli() { # arguments: sets out (one line of JSON) and status
    out=$(sf "$@" --json 2> "$SB_DIR/err")
    status=$?
    out=$(jq -c . <<< "$out" 2> /dev/null || echo "$out $(< "$SB_DIR/err")")
}

cli org login access-token --instance-url "$SB_URL" --no-prompt --set-default
like it_logs_in "$status $out" '0 *"username":"integration@example.com"*"name":"Local Org"*'
printf 'Ext__c,Need__c,Name\n' > in.csv
for ((i = 0; i < 2500; i++)); do echo "s$i,n,\"row \"\"$i\"\", ä\""; done >> in.csv
cli data upsert bulk --sobject Thing__c --external-id Ext__c --file in.csv --wait 5
like it_upserts_in_bulk "$status $out" \
    '0 *"numberRecordsProcessed":2500,"numberRecordsFailed":0,*'
printf 'Ext__c,Need__c\ns1,m\nbad,longer than ten\n' > in.csv
cli data upsert bulk --sobject Thing__c --external-id Ext__c --file in.csv --wait 5
like it_sees_rows_fail "$status $out" '1 *"FailedRecordDetailsError"*'
job=$(jq -r .data.jobId <<< "$out")
cli data bulk results --job-id "$job"
like it_fetches_the_results "$status $out" '0 *"successfulRecords":1,"failedRecords":1*'
like with_their_errors "$(< "$job-failed-records.csv")" '*"STRING_TOO_LONG:Need: data value*'
printf 'Ext__c,Nope__c\ns1,m\n' > in.csv
cli data upsert bulk --sobject Thing__c --external-id Ext__c --file in.csv --wait 5
like it_sees_a_job_fail "$status $out" '1 *Field name not found*'
cli data query -q "SELECT Id, Ext__c, Owner.Name FROM Thing__c WHERE Need__c = 'm'"
like it_queries "$status $out" '0 *"Ext__c":"s1","Owner":{*"Name":"Integration User"}*'
cli data query -q 'SELECT Id FROM Thing__c'
is it_follows_pages "$status $(jq '.result.records | length' <<< "$out")" '0 2500'
cli data query -q 'SELECT Nope__c FROM Thing__c'
like it_shows_what_is_wrong "$status $out" "1 *No such column 'Nope__c' on entity 'Thing__c'*"
cli data create record --sobject Thing__c --values 'Need__c=q Name=z'
like it_creates_a_record "$status $out" '0 *"id":"a8T*","success":true*'
cli data update record --sobject Thing__c --where Need__c=q --values Name=new
like it_updates_it "$status $out" '0 *"success":true*'
cli data get record --sobject Thing__c --where Name=new
like it_gets_it "$status $out" '0 *"Need__c":"q"*'
cli data delete record --sobject Thing__c --where Name=new
like it_deletes_it "$status $out" '0 *"success":true*'
cli sobject describe --sobject Thing__c
like it_describes "$status $out" '0 *"keyPrefix":"a8T"*'
