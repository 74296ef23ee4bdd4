# SPDX-License-Identifier: MIT
# What end-to-end scripts share: verdicts, a local org that is started for them. To be sourced.
#
#   ok NAME, not_ok NAME        print a verdict
#   ok_if NAME COMMAND...       runs the command; its status is the verdict
#   is NAME HAVE WANT           compares two texts
#   sandbox_start [OPTION...]   starts acload-sandbox on a free port, waits until it listens; sets
#                               SB_URL, SB_DATA (.../services/data/v62.0), and exports what acload
#                               needs to log in: SF_HOST, SF_CONSUMER_KEY, SF_CONSUMER_SECRET,
#                               SF_ADAPTER_NAMESPACE. May be called again: the old one is stopped.
#   sandbox_stop                ends it; also done when the script ends
#   sb_login                    sets SB_TOKEN, the session of later calls
#   sb METHOD PATH [CURL...]    a call below SB_DATA ("/query"), or below SB_URL when the path
#                               begins with //; prints the body, leaves status in SB_STATUS_FILE
#   sb_json METHOD PATH JSON    the same with a JSON body
#   sb_soql QUERY               the answer to a query
#   sb_status                   the HTTP status of the last call
#
# Programs come from the environment: SANDBOX (acload-sandbox), AC_ROOT (the source tree).
set -u
: "${AC_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${SANDBOX:=$AC_ROOT/build/release/acload-sandbox}"
: "${TMPDIR:=/tmp}"
SB_PID='' SB_URL='' SB_DATA='' SB_TOKEN=''
SB_DIR=$(mktemp -d "$TMPDIR/e2e.XXXXXX") || exit 2
SB_STATUS_FILE=$SB_DIR/status
lib_failed=0

ok() { echo "ok $1"; }

not_ok() { # name [detail]
    echo "not ok $1"
    [ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/    /'
    lib_failed=$((lib_failed + 1))
}

ok_if() { # name command...
    local name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name" "failed: $*"; fi
}

is() { # name have want
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "have: $2
want: $3"
    fi
}

sandbox_start() { # [option...]
    sandbox_stop
    rm -f "$SB_DIR/port"
    "$SANDBOX" --schemas "${SB_SCHEMAS:-$AC_ROOT/schemas}" --port-file "$SB_DIR/port" --quiet "$@" \
        2> "$SB_DIR/sandbox.log" &
    SB_PID=$!
    local i
    for ((i = 0; i < 500; i++)); do
        [ -s "$SB_DIR/port" ] && break
        kill -0 "$SB_PID" 2> /dev/null || break
        read -r -t 0.02 _ <> <(:) || :
    done
    if [ ! -s "$SB_DIR/port" ]; then
        echo "lib.sh: acload-sandbox did not start: $(cat "$SB_DIR/sandbox.log")" >&2
        SB_PID=''
        exit 2
    fi
    SB_URL=http://127.0.0.1:$(cat "$SB_DIR/port")
    SB_DATA=$SB_URL/services/data/v62.0
    SB_TOKEN=''
    export SF_HOST=$SB_URL SF_CONSUMER_KEY=sandbox-client SF_CONSUMER_SECRET=sandbox-secret
    export SF_ADAPTER_NAMESPACE=${SB_NAMESPACE:--}
}

# Returns what acload-sandbox returned; a sanitizer's words go to standard error.
sandbox_stop() {
    [ -n "$SB_PID" ] || return 0
    local status=0
    kill -TERM "$SB_PID" 2> /dev/null
    wait "$SB_PID" || status=$?
    SB_PID=''
    [ "$status" -eq 0 ] || cat "$SB_DIR/sandbox.log" >&2
    return "$status"
}

sb_login() {
    SB_TOKEN=$(curl -s "$SB_URL/services/oauth2/token" -d grant_type=client_credentials \
        -d client_id=sandbox-client -d client_secret=sandbox-secret | jq -r '.access_token // ""')
    [ -n "$SB_TOKEN" ]
}

sb() { # method path [curl option...]
    local method=$1 url=$SB_DATA$2
    [[ $2 != //* ]] || url=$SB_URL${2#/}
    shift 2
    curl -s -X "$method" -H "Authorization: Bearer $SB_TOKEN" -o "$SB_DIR/body" \
        -w '%{http_code}' "$@" "$url" > "$SB_STATUS_FILE" || echo "curl $?" > "$SB_STATUS_FILE"
    [ ! -f "$SB_DIR/body" ] || cat "$SB_DIR/body"
    rm -f "$SB_DIR/body"
}

sb_json() { # method path json [curl option...]
    local method=$1 path=$2 json=$3
    shift 3
    sb "$method" "$path" -H 'Content-Type: application/json' --data-binary "$json" "$@"
}

sb_soql() { sb GET /query -G --data-urlencode "q=$1"; }

sb_status() { cat "$SB_STATUS_FILE"; }

lib_end() {
    local status=$?
    sandbox_stop || status=1
    rm -rf "$SB_DIR"
    [ "$lib_failed" -eq 0 ] || status=1
    exit "$status"
}
trap lib_end EXIT
