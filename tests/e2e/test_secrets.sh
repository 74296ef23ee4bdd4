#!/bin/bash
# SPDX-License-Identifier: MIT
# Secrets stay where they belong: files, logs, core dumps, other hosts.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
Q=AC_HistoricalQueueMetrics__c
START=2031-03-04T16:00:00.000Z END=2031-03-04T16:30:00.000Z

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
# Begins a load that hangs in its first call; sets pid.
begin() {
    local i
    req POST //sandbox/faults '[{"route":"PATCH */composite/*","delay_ms":86400000}]'
    "$@" "$ACLOAD" import --region none --state "$1-state" --config config.json rows.csv \
        > out.txt 2> err.txt &
    pid=$!
    sb_met $pid || not_ok the_load_begins "$(< err.txt)"
}

sandbox_start --without $Q.Region__c
printf 'Queue,StartInterval,EndInterval,Contacts handled\nPrecious,%s,%s,7\n' $START $END > rows.csv
echo '{"retry":{"base_ms":1,"max_ms":1}}' > config.json

# --- files ----------------------------------------------------------------------------------------

umask 000 # the worst that a user may have set
run import --region none --results results rows.csv
is a_load_goes_well "$code" 0
is directories_are_for_their_owner_alone "$(find state results -type d ! -perm 700)" ''
mkdir -m 755 open-results && ln -s "$PWD/victim.csv" open-results/rows.csv.success.csv
run import --region none --again --results open-results rows.csv
is files_are_for_their_owner_alone \
    "$code $(find state results open-results -type f ! -perm 600)" '0 '
like results_are_written_beside_a_link "$(ls open-results | tr '\n' ' ') $(ls victim.csv 2>&1)" \
    'rows.csv.2.success.csv rows.csv.success.csv  *No such*'
umask 022
is no_secret_is_in_any_file_but_the_session "$(grep -rlF -e sandbox-secret state results out.txt \
    err.txt 2> /dev/null | tr '\n' ' ')" ''
session=$(find state -name 'session*' -type f)
token=$(grep -oE '00D[A-Za-z0-9]+![A-Za-z0-9._]+' "$session" | head -n 1)
ok_if the_session_is_kept_in_its_file test -n "$token"
is the_token_is_nowhere_else "$(grep -rlF -e "$token" . | tr '\n' ' ')" "./$session "

mkdir victim
rm -rf state2 && mkdir -m 700 state2 && ln -s "$PWD/victim/ledger.db" state2/ledger.db
run import --state state2 --region none rows.csv
ok_if a_link_in_the_place_of_the_ledger_is_refused test "$code" -ne 0
is nothing_is_written_through_it "$(ls victim)" ''
rm -rf state2 && mkdir -m 777 state2
run import --state state2 --region none rows.csv
is a_directory_that_others_can_write_to_is_refused "$code" 2
like it_says_what_to_do "$err" '*chmod*'

# --- memory ---------------------------------------------------------------------------------------

begin env
like there_is_no_core_file "$(< /proc/$pid/limits)" '*Max core file size+( )0 +( )0 *'
ulimit -c unlimited 2> /dev/null
kill -ABRT $pid # of the signals that dump one that no sanitizer takes
wait $pid 2> /dev/null
is a_crash_leaves_none "$? $(find . -name 'core*' -type f)" '134 '

# What belongs to root in /proc though another user runs it, the kernel does not dump at all: no
# program named in core_pattern gets it, no debugger of that user.
if ! nm "$ACLOAD" 2> /dev/null | grep -q __asan_init && [ "$(id -u)" -eq 0 ] &&
    command -v setpriv > /dev/null; then
    install -d -o 65534 -m 700 setpriv-state
    chmod 755 . && chmod 644 rows.csv config.json
    begin setpriv --reuid 65534 --clear-groups
    is nobody_may_look_into_its_memory "$(stat -c %U /proc/$pid/environ)" root
    kill -KILL $pid
    wait $pid 2> /dev/null
fi

# --- other hosts ----------------------------------------------------------------------------------

# Twelve addresses that no secret goes to.
while read -r url; do
    SF_HOST=$url run import --state state3 --region none rows.csv
    is "refused_$url" "$code $([[ $err == *"$url"* ]] && echo named)" '2 named'
done << 'END'
http://login.salesforce.com
http://example.my.salesforce.com
http://10.0.0.1
http://169.254.169.254
http://127.0.0.1.example.com
http://localhost.example.com
https://login.salesforce.com
ftp://example.com
file:///etc/passwd
example.com/path
https://
END
# What stands before an @ may be a password.
SF_HOST=http://127.0.0.1@example.com run import --state state3 --region none rows.csv
is refused_without_repeating_it "$code $([[ $err == *127.0.0.1@* ]] && echo named)" '2 '

# A redirect is no answer: what stands behind it gets no token.
rm -rf state
req POST //sandbox/faults '[{"route":"* */sobjects/*/describe","status":302,
    "headers":{"Location":"'"$SB_URL"'/services/data/v62.0/limits"}}]'
run import --region none rows.csv
is a_redirect_is_not_followed "$code $(sb GET //sandbox/counters | jq -c .calls.limits)" '2 null'
