#!/bin/bash
# SPDX-License-Identifier: MIT
# Logging in over TLS: whose certificate does not hold hears no secret.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
Q=AC_HistoricalQueueMetrics__c

printf 'Queue,StartInterval,EndInterval,Contacts handled\nOne,%s,%s,7\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > rows.csv
echo '{"retry":{"base_ms":1,"max_ms":1}}' > config.json

certificate() { # name days host
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$3" 2> /dev/null
    openssl x509 -req -in "$1.csr" -signkey "$1.key" -days "$2" -out "$1.pem" \
        -extfile <(echo "subjectAltName=DNS:$3") 2> /dev/null
}
certificate good 30 localhost
certificate other 30 org.example
certificate old -1 localhost

# Somebody who speaks TLS on a port of localhost, and answers the first request with a text.
mkfifo answers
serve() { # certificate [option...]
    : > heard.txt
    openssl s_server -accept 127.0.0.1:0 -key "$1.key" -cert "$1.pem" "${@:2}" \
        < answers > heard.txt 2> /dev/null &
    server=$!
    exec 4> answers
    local i
    for ((i = 0; i < 3000; i++)); do
        port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' heard.txt)
        [ -n "$port" ] && break
        kill -0 $server 2> /dev/null || break
        pause 0.01
    done
    [ -n "$port" ] || not_ok the_server_listens "$*: $(< heard.txt)"
}
answer() { # status text: once the request is there
    local i
    for ((i = 0; i < 3000; i++)); do
        grep -q '^grant_type=' heard.txt && break
        pause 0.01
    done
    printf 'HTTP/1.1 %s x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
        "$1" "${#2}" "$2" >&4
}
hush() {
    exec 4>&-
    kill $server 2> /dev/null
    wait $server 2> /dev/null
}
run() { # host
    SF_HOST=https://$1:$port "$ACLOAD" import --json --config config.json --region none rows.csv \
        > out.txt 2> err.txt
    code=$?
    err=$(< err.txt)
}
refused() { # name host pattern
    run "$2"
    hush
    like "$1_is_refused" "$code $err" "2 *$3*"
    is "$1_hears_no_secret" "$(grep -ac -e sandbox -e POST heard.txt)" 0
}

sandbox_start --without $Q.Region__c
sb_login

# --- certificates ---------------------------------------------------------------------------------

serve good
refused one_that_nobody_signed localhost 'no CA that this machine knows*SF_CA_BUNDLE'
export SF_CA_BUNDLE=$TMPDIR/good.pem
serve other
refused one_that_another_signed localhost 'certificate*SF_CA_BUNDLE'
SF_CA_BUNDLE=$TMPDIR/other.pem
serve other
refused one_of_another_host localhost 'made for another host*SF_HOST'
SF_CA_BUNDLE=$TMPDIR/good.pem
serve good
refused a_number_for_a_name 127.0.0.1 'made for another host*SF_HOST'
SF_CA_BUNDLE=$TMPDIR/old.pem
serve old
refused one_that_has_expired localhost expired
SF_CA_BUNDLE=$TMPDIR/good.pem
serve good -tls1_1 -cipher 'ALL:@SECLEVEL=0'
refused a_version_of_long_ago localhost TLS

# --- where the token goes -------------------------------------------------------------------------

login() { # instance_url
    serve good
    answer 200 '{"access_token":"'"$SB_TOKEN"'","instance_url":"'"$1"'","token_type":"Bearer"}' &
    local answering=$!
    run localhost
    wait $answering
    hush
}
login "$SB_URL"
is one_that_holds_is_spoken_to "$code $(jq -c .records.created out.txt) $(
    grep -c 'client_secret=sandbox-secret' heard.txt)" '0 1 1'
for url in http://org.example "http://localhost.example:${SB_URL##*:}" ftp://org.example \
    "http://127.0.0.1@org.example" ''; do
    rm -rf state
    login "$url"
    like "an_instance_at_${url:-nowhere}_gets_no_token" "$code $err" '[23] *instance*'
done
is nothing_else_was_sent "$(sb GET //sandbox/counters | jq -c .records.$Q.created)" 1
