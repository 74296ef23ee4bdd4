#!/bin/bash
# SPDX-License-Identifier: MIT
# No memory that is given back holds a secret, whichever way acload logs in.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
: "${AC_PRELOADS:?the folder of freed.so, which looks into memory given back}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state

# A sanitizer keeps memory that is given back.
if nm "$ACLOAD" 2> /dev/null | grep -q -e __asan_init -e __tsan_init; then
    ok a_sanitizer_is_in_the_way
    exit 0
fi

printf 'Queue,StartInterval,EndInterval,Contacts handled\nOne,%s,%s,7\n' \
    2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > rows.csv
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=x \
    2> /dev/null
(umask 077 && mkdir files && echo sandbox-secret > files/secret &&
    echo sandbox-passwordSECURITY > files/password && echo sandbox-refresh > files/refresh)
chmod 600 key.pem
printf '%s\n' sandbox-secret sandbox-password sandbox-refresh TOKENSECRET \
    "$(sed -n 5p key.pem)" "$(sed -n 20p key.pem)" > secrets
looked_at() { # command...: leaves what was found in freed
    : > freed
    AC_SECRETS=secrets AC_FREED=freed LD_PRELOAD=$AC_PRELOADS/freed.so "$@" > out.txt 2> err.txt
}
import=("$ACLOAD" import --again --config config.json --region none rows.csv)
look() { # name members of org
    rm -rf state
    echo '{"org": {"client_id": "sandbox-client", '"$2"'}}' > config.json
    looked_at "${import[@]}"
    is "nothing_is_left_of_$1" "$? $(< freed)$(< err.txt)" '0 '
}

# What looks for them finds them.
# shellcheck disable=SC2016  # that shell's variables
looked_at bash -c 'x=TOKENSECRET; x=$x$x; unset x; y=; for i in 1 2 3 4 5; do y+=$i; done'
like what_a_shell_gives_back_is_found "$(< freed)" '4 *bash*'

sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c --rotate \
    --jwt-cert "$PWD/cert.pem" --token '00D000000000001!TOKENSECRET'
unset SF_CONSUMER_KEY SF_CONSUMER_SECRET
secret='"client_secret_file": "files/secret"'
user='"username": "integration@example.com"'
look a_password "$user, $secret, \"password_file\": \"files/password\""
look a_key "$user, \"jwt_key_file\": \"key.pem\""
look a_refresh_token "$secret, \"refresh_token_file\": \"files/refresh\""
SF_CONSUMER_SECRET=sandbox-secret look an_environment '"namespace": "-"'
SF_ACCESS_TOKEN='00D000000000001!TOKENSECRET' look a_ready_token "$secret"
look client_credentials "$secret"
req POST //sandbox/expire
looked_at "${import[@]}"
is nothing_is_left_of_two_sessions "$? $(< freed)$(< err.txt)" '0 '
