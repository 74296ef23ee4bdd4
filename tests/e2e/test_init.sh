#!/bin/bash
# SPDX-License-Identifier: MIT
# acload init: by flags, by a pipe, on a terminal; what it writes, and what it never does.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR/home ACLOAD_STATE=$TMPDIR/state
umask 022

run() {
    out=$("$ACLOAD" "$@" 2> err.txt < "${stdin:-/dev/null}")
    code=$?
    err=$(< err.txt)
}
sandbox_start
URL=$SF_HOST
unset SF_HOST SF_CONSUMER_KEY SF_CONSUMER_SECRET SF_ADAPTER_NAMESPACE
own=$HOME/.config/acload

# --- by flags -------------------------------------------------------------------------------------

(umask 077 && echo sandbox-secret > secret.txt)
mkdir reports
known=(--batch --host "$URL" --flow client-credentials --client-id sandbox-client --namespace -
    --region us-east-1)
run init "${known[@]}" --client-secret-file secret.txt --inputs reports
is flags_are_enough "$code|$err" '0|'
like it_says_what_it_wrote "$out" "Written: $own/acload.json*ok *login*Next:*acload run *"
is what_is_found_by_itself_needs_no_flag "$(grep -c -e --config <<< "$out")" 0
is the_file_says_it "$(jq -cS . "$own/acload.json")" "$(jq -cnS --arg u "$URL" --arg d "$TMPDIR" \
    '{org: {host: $u, client_id: "sandbox-client", namespace: "-",
        client_secret_file: "\($d)/secret.txt"}, region: "us-east-1",
        jobs: {reports: {inputs: "\($d)/reports"}}}')"
is it_is_private "$(stat -c %a "$own/acload.json" "$own" | tr '\n' ' ')" '600 700 '
run check
is what_it_wrote_works "$code" 0
before=$(md5sum < "$own/acload.json")
run init "${known[@]}" --client-secret-file secret.txt --inputs S3://reports/q/ --force
like an_address_as_no_run_reads_it_is_refused "$code $err" '2 *--inputs: *s3://reports/q/ here*'
run init "${known[@]}" --client-secret-file secret.txt --region none
like it_replaces_nothing "$code $err" '2 *acload.json exists already*--force*'
is nothing_was_replaced "$(md5sum < "$own/acload.json")" "$before"
run init "${known[@]}" --client-secret-file secret.txt --region none --force --no-check
is unless_forced_to "$code $(jq -r .region "$own/acload.json")" '0 none'
ok_if it_did_not_check sh -c '! grep -q "ok " err.txt'

SF_CONSUMER_SECRET=sandbox-secret run init "${known[@]}" --config env/deep/a.json
is a_secret_of_the_environment_has_its_file "$code $(cat env/deep/client-secret) $(
    stat -c %a env/deep/client-secret)" '0 sandbox-secret 600'
is it_stands_beside "$(jq -r .org.client_secret_file env/deep/a.json)" client-secret
run check --config env/deep/a.json
is it_is_found_there "$code" 0
is secrets_are_shown_nowhere "$(grep -c sandbox-secret err.txt env/deep/a.json <<< "$out" |
    grep -vc ':0')" 0
rm env/deep/a.json
SF_CONSUMER_SECRET=other run init "${known[@]}" --config env/deep/a.json
like a_secrets_file_is_not_replaced_either "$code $err" '2 *client-secret exists already*'
is it_is_the_old_one "$(< env/deep/client-secret) $(ls env/deep)" 'sandbox-secret client-secret'
SF_CONSUMER_SECRET=wrong-secret run init "${known[@]}" --config wrong/a.json
like a_wrong_secret_is_told_by_check "$code $out" \
    '2 Written:*FAIL *login*SF_CONSUMER_SECRET*--force*'

# What it says next works as it stands there, and finds the same state.
SF_CONSUMER_SECRET=sandbox-secret run init "${known[@]}" --config "else/it's.json" \
    --state else/state --inputs 'reports/*.csv'
is paths_are_those_of_this_folder "$code $(jq -r '.state, .jobs.reports.inputs' "else/it's.json" |
    tr '\n' ' ')" "0 $TMPDIR/else/state $TMPDIR/reports/*.csv "
is it_says_where_the_configuration_is "$(tail -2 <<< "$out" | tr -s ' ')" \
"Next: acload import --config 'else/it'\\''s.json' --dry-run REPORT.csv shows a report's records
 acload run --config 'else/it'\\''s.json' loads"
next=$(sed -n 's/^       acload \(run.*[^ ]\) *   loads$/\1/p' <<< "$out")
(unset ACLOAD_STATE && eval "\"\$ACLOAD\" $next" > out.txt 2>&1)
is what_it_says_next_works "$? $(test -s else/state/ledger.db && echo ledger)" '0 ledger'
SF_CONSUMER_SECRET=wrong-secret run init "${known[@]}" --config bad/b.json
like so_it_does_when_something_fails "$out" \
    '*acload check --config bad/b.json; or acload init --config bad/b.json --force.'

# --- mistakes -------------------------------------------------------------------------------------

run init --batch --flow jwt --config none.json
like a_host_is_needed "$code $err" '2 *--host https*'
run init "${known[@]}" --config none.json
like a_secret_is_needed "$code $err" \
    '2 *consumer secret*SF_CONSUMER_SECRET*--client-secret-file*never on the command line*'
run init --batch --host "$URL" --flow password --client-id x --config none.json
like a_user_is_needed "$code $err" '2 *init needs the user name: --username, or SF_USERNAME*'
run init --client-secret x
like there_is_no_flag_for_a_secret "$code $err" '2 *no flag --client-secret*'
run init --host 'not a host' --config none.json
like an_address_that_is_none "$code $err" '2 *"not a host" is no address of an org*'
ok_if nothing_is_written_then test ! -e none.json
ln -s elsewhere link.json
run init "${known[@]}" --client-secret-file secret.txt --no-check --config link.json
ok_if a_link_is_not_followed test ! -e elsewhere
run init --batch --host https://x.lightning.force.com/lightning/page/home --flow token \
    --token-file secret.txt --config page.json --no-check
is the_address_of_a_page_is_understood "$code $(jq -r .org.host page.json)" \
    '0 https://x.my.salesforce.com'

# --- other flows ----------------------------------------------------------------------------------

SF_PASSWORD=sandbox-passwordSECURITY SF_CONSUMER_SECRET=sandbox-secret run init "${known[@]}" \
    --flow password --username integration@example.com --config password/a.json
is a_password "$code $(ls password | tr '\n' ' ')" '0 a.json client-secret password '
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=x \
    2> /dev/null
chmod 600 key.pem
SF_REFRESH_TOKEN=sandbox-refresh SF_CONSUMER_SECRET=sandbox-secret run init "${known[@]}" \
    --flow refresh-token --config refresh/a.json
is a_refresh_token "$code $(jq -r .org.refresh_token_file refresh/a.json)" '0 refresh-token'
run init "${known[@]}" --flow jwt --username u@example.com --jwt-key-file key.pem --no-check \
    --config jwt.json
is a_key "$code $(jq -r .org.jwt_key_file jwt.json)" "0 $TMPDIR/key.pem"

# --- asked ----------------------------------------------------------------------------------------

printf '%s\n' "$URL" 1 sandbox-client sandbox-secret - none '' > answers
stdin=answers run init --config piped/a.json
is a_pipe_answers_line_by_line "$code $(jq -r .org.client_id piped/a.json) $(
    < piped/client-secret)" '0 sandbox-client sandbox-secret'
is nothing_is_asked_aloud_then "$err" ''
printf '%s\n' "$URL" 7 > answers
stdin=answers run init --config never.json
like there_are_five_ways "$code $err" '2 *"7" is not 1 to 5*'
printf '%s\n' "$URL" > answers
stdin=answers run init --config never.json
like answers_that_end_too_early "$code $err" '2 *consumer key*--client-id*'
ok_if half_of_the_answers_write_nothing test ! -e never.json

# A person: each answer is typed when its question stands there.
mkfifo keys
: > screen.txt # read before the typist may have made it
script -qec "$ACLOAD init --config typed/a.json" /dev/null < keys > screen.txt 2>&1 &
typist=$!
exec 4> keys
type_at() { # question answer
    local i
    for ((i = 0; i < 2000; i++)); do
        [[ $(< screen.txt) == *"$1"* ]] && break
        pause 0.01
    done
    printf '%s\r' "$2" >&4
}
type_at 'My Domain URL' "$URL"
type_at '1 to 5' ''
type_at 'consumer key' sandbox-client
type_at 'consumer secret (not shown)' sandbox-secret
type_at 'namespace' -
type_at 'AWS region' none
type_at 'where reports arrive' ''
wait "$typist"
code=$?
exec 4>&-
screen=$(tr -d '\r' < screen.txt)
is a_person_is_asked "$code $(jq -r .org.client_id typed/a.json)" '0 sandbox-client'
like choices_are_explained "$screen" '*How should acload log in*1  client credentials*[1]:*'
is the_secret_is_not_shown "$(grep -c sandbox-secret screen.txt) $(< typed/client-secret)" \
    '0 sandbox-secret'
