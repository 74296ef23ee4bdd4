#!/bin/bash
# SPDX-License-Identifier: MIT
# Every way to log in, through a whole import; sessions that end in the middle of one.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
Q=AC_HistoricalQueueMetrics__c

report() { # rows
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    seq "$1" | sed 's/.*/Q&,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7/'
}
report 3 > few.csv
report 2000 > many.csv
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=x \
    2> /dev/null
chmod 600 key.pem
echo '{"retry":{"base_ms":1,"max_ms":1},"limits":{"collections_in_flight":10}}' > config.json

run() { # words
    out=$("$ACLOAD" import --json --again --config config.json --region none "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
# Logins, and calls that upserted, since the org was told to forget.
calls() {
    sb GET //sandbox/counters | jq -c '.calls | [.token, .collections_upsert] | map(. // 0)'
}
fresh() { # [rules]
    rm -rf state
    req POST //sandbox/reset
    req POST //sandbox/faults "[${1-}]"
}

# --- each flow ------------------------------------------------------------------------------------

flow() { # name of its variables: logs in, goes on with that session, logs in again when it ended
    fresh
    run few.csv
    is "by_$1_all_is_loaded" "$code $(jq -c .records.created <<< "$out") $(calls)|$err" '0 3 [1,1]|'
    run few.csv
    is "a_session_by_$1_serves_the_next_run" "$code $(calls)" '0 [1,2]'
    req POST //sandbox/expire
    run few.csv
    is "by_$1_another_one_is_got" "$code $(calls)|$err" '0 [2,4]|'
}
sandbox_start --without $Q.Region__c --rotate --jwt-cert "$PWD/cert.pem"
flow client_credentials
export SF_USERNAME=integration@example.com
SF_PASSWORD=sandbox-passwordSECURITY flow password
SF_JWT_KEY_FILE=$PWD/key.pem flow jwt
unset SF_USERNAME
SF_REFRESH_TOKEN=sandbox-refresh flow refresh_token
sb_login
fresh
SF_ACCESS_TOKEN=$SB_TOKEN run few.csv
is a_token_at_hand_needs_no_login "$code $(jq -c .records.created <<< "$out") $(calls)" '0 3 [0,1]'

# --- sessions that end in mid-load ----------------------------------------------------------------

# The first thing that a run asks with the session of the one before are these ten calls.
fresh
run few.csv
req POST //sandbox/expire
run many.csv
is ten_calls_refused_at_once_cost_one_login \
    "$code $(jq -c '[.records.created, .records.updated]' <<< "$out") $(calls)|$err" \
    '0 [1997,3] [2,21]|'
fresh '{"route":"PATCH */composite/*","status":401}'
run few.csv
is a_session_that_is_never_good_is_renewed_once "$code $(jq -c '.rows.rejected' <<< "$out") $(
    calls)" '2 0 [2,2]'
like it_says_where_to_look "$err" \
    '*invalid, right after a new login; *Session Settings*IP address*frozen*"API Enabled"*'
ok_if it_names_no_token_to_get_anew test "${err#*get a new one}" = "$err"
fresh '{"route":"GET */describe","status":401}'
out=$("$ACLOAD" check --json --config config.json --region none)
is check_says_it_once_and_asks_no_more "$? $(jq -sc 'map(select(.verdict == "fail") | .check)' \
    <<< "$out") $(sb GET //sandbox/counters | jq .calls.token)" '2 ["session"] 2'

# --- a login that cannot succeed is tried once, however much waits for it -------------------------

fresh
for n in 1 2 3 4; do report $n > "in$n.csv"; done
SF_CONSUMER_SECRET=wrong run in1.csv in2.csv in3.csv in4.csv
is a_wrong_secret_is_tried_once "$code $(calls)" '2 [1,0]'
fresh
run few.csv
req POST //sandbox/expire
SF_CONSUMER_SECRET=wrong run many.csv
is so_it_is_when_ten_calls_are_refused "$code $(calls)" '2 [2,11]'
