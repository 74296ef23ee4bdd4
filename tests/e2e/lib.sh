# SPDX-License-Identifier: MIT
# What end-to-end scripts share: verdicts, a local org that is started for them. To be sourced.
#
#   ok NAME, not_ok NAME        print a verdict
#   ok_if NAME COMMAND...       runs the command; its status is the verdict
#   is NAME HAVE WANT           compares two texts
#   like NAME HAVE PATTERN      the text matches a pattern of bash ('*"done":true*')
#   sandbox_start [OPTION...]   starts acload-sandbox on a free port, waits until it listens; sets
#                               SB_URL, SB_DATA (.../services/data/v62.0), and exports what acload
#                               needs to log in: SF_HOST, SF_CONSUMER_KEY, SF_CONSUMER_SECRET,
#                               SF_ADAPTER_NAMESPACE. May be called again: the old one is stopped.
#   sandbox_stop                ends it; also done when the script ends
#   sb_login                    sets SB_TOKEN, the session of later calls
#   req METHOD PATH [BODY [HEADER...]]
#                               a call below SB_DATA ("/query"), or below SB_URL when the path
#                               begins with //; sets SB_STATUS, SB_HEAD, SB_BODY. Starts no process,
#                               so that a script can make hundreds of calls a second. A body is JSON
#                               unless a header says otherwise.
#   soql QUERY                  the same for a query
#   counts_add_up [STATE]       both identities of the counts, of the ledger and of each input;
#                               also asked at the end of every script that leaves one behind
#   sb, sb_soql                 the same two, printing the body; sb_status prints the last status
#
# Programs come from the environment: SANDBOX (acload-sandbox), AC_ROOT (the source tree).
set -u
shopt -s extglob
: "${AC_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${SANDBOX:=$AC_ROOT/build/release/acload-sandbox}"
: "${TMPDIR:=/tmp}"
SB_PID='' SB_URL='' SB_DATA='' SB_TOKEN='' SB_STATUS='' SB_HEAD='' SB_BODY=''
SB_DIR=$(mktemp -d "$TMPDIR/e2e.XXXXXX") || exit 2
lib_failed=0

ok() { echo "ok $1"; }

not_ok() { # name [detail]
    echo "not ok $1"
    [ -z "${2-}" ] || printf '    %s\n' "${2//$'\n'/$'\n'    }"
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

like() { # name have pattern
    # shellcheck disable=SC2053  # it is a pattern
    if [[ $2 == $3 ]]; then
        ok "$1"
    else
        not_ok "$1" "have: ${2:0:2000}
like: $3"
    fi
}

# Waits a moment without starting a process.
pause() { # seconds
    read -r -t "$1" _ <> "$SB_DIR/never" || :
}
mkfifo "$SB_DIR/never"

sandbox_start() { # [option...]
    sandbox_stop
    rm -f "$SB_DIR/port"
    "$SANDBOX" --schemas "${SB_SCHEMAS:-$AC_ROOT/schemas}" --port-file "$SB_DIR/port" --quiet "$@" \
        2> "$SB_DIR/sandbox.log" &
    SB_PID=$!
    local i
    for ((i = 0; i < 3000; i++)); do
        [ -s "$SB_DIR/port" ] && break
        kill -0 "$SB_PID" 2> /dev/null || break
        pause 0.01
    done
    if [ ! -s "$SB_DIR/port" ]; then
        echo "lib.sh: acload-sandbox did not start: $(< "$SB_DIR/sandbox.log")" >&2
        SB_PID=''
        exit 2
    fi
    SB_URL=http://127.0.0.1:$(< "$SB_DIR/port")
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
    if [ "$status" -ne 0 ]; then
        cat "$SB_DIR/sandbox.log" >&2
        not_ok sandbox_ends_cleanly "exit code $status"
    fi
    return "$status"
}

sb_encode() { # text: sets REPLY, percent-encoded
    local LC_ALL=C s=$1 c i out=''
    for ((i = 0; i < ${#s}; i++)); do
        c=${s:i:1}
        case $c in
            [A-Za-z0-9._~-]) out+=$c ;;
            *) printf -v c '%%%02X' "'$c" && out+=%${c: -2} ;;
        esac
    done
    REPLY=$out
}

sb_read_body() { # from descriptor 3, by what SB_HEAD says
    local size piece
    SB_BODY=''
    if [[ $SB_HEAD =~ [Tt]ransfer-[Ee]ncoding:\ chunked ]]; then
        while IFS= read -r -u 3 size && size=$((16#${size%$'\r'})) && [ "$size" -gt 0 ]; do
            IFS= read -r -N "$size" -u 3 piece
            SB_BODY+=$piece
            read -r -u 3 piece
        done
    elif [[ $SB_HEAD =~ [Cc]ontent-[Ll]ength:\ ([0-9]+) && ${BASH_REMATCH[1]} -gt 0 ]]; then
        IFS= read -r -N "${BASH_REMATCH[1]}" -u 3 SB_BODY
    fi
}

req() { # method path [body [header...]]
    local LC_ALL=C method=$1 path=/services/data/v62.0$2 body=${3-} line head type=''
    [[ $2 != //* ]] || path=${2#/}
    local headers=("${@:4}")
    SB_STATUS='' SB_HEAD='' SB_BODY=''
    head="$method $path HTTP/1.1"$'\r\n'"Host: ${SB_URL#http://}"$'\r\nConnection: close\r\n'
    for line in "${headers[@]}"; do
        head+=$line$'\r\n'
        [[ ${line,,} != content-type:* ]] || type=given
    done
    [[ ${headers[*]} == *Authorization:* || -z $SB_TOKEN ]] ||
        head+="Authorization: Bearer $SB_TOKEN"$'\r\n'
    [ -n "$type" ] || [ -z "$body" ] || head+=$'Content-Type: application/json\r\n'
    [ -z "$body" ] && [ "$method" = GET ] || head+="Content-Length: ${#body}"$'\r\n'
    if ! { exec 3<> "/dev/tcp/127.0.0.1/${SB_URL##*:}"; } 2> /dev/null; then
        not_ok acload_sandbox_still_answers "$method $path"
        exit 2
    fi
    printf '%s\r\n%s' "$head" "$body" >&3
    # A connection may be reset by a fault plan: then there is no status.
    while IFS= read -r -u 3 line 2> /dev/null && line=${line%$'\r'} && [ -n "$line" ]; do
        SB_HEAD+=$line$'\n'
    done
    SB_STATUS=${SB_HEAD#* }
    SB_STATUS=${SB_STATUS:0:3}
    [ "$method" = HEAD ] || sb_read_body
    exec 3>&-
    echo "$SB_STATUS" > "$SB_DIR/status"
}

soql() { # query
    sb_encode "$1"
    req GET "/query?q=$REPLY"
}

sb() { req "$@" && printf '%s' "$SB_BODY"; }
sb_soql() { soql "$1" && printf '%s' "$SB_BODY"; }
sb_status() { cat "$SB_DIR/status"; }

# The text of a member of the last body: the first one of that name.
member() { # name: sets REPLY
    REPLY=''
    [[ $SB_BODY =~ \"$1\":\"?([^\",}]*) ]] && REPLY=${BASH_REMATCH[1]}
}

sb_login() {
    SB_TOKEN=''
    req POST //services/oauth2/token \
        'grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret' \
        'Content-Type: application/x-www-form-urlencoded'
    member access_token
    SB_TOKEN=$REPLY
    [ -n "$SB_TOKEN" ]
}

# The org has met every rule of its plan. Fails when the process ends before.
sb_met() { # pid
    local i
    for ((i = 0; i < 3000; i++)); do
        kill -0 "$1" 2> /dev/null || return 1
        req GET //sandbox/faults
        [[ $SB_BODY == *'"fired":0'* ]] || return 0
        pause 0.01
    done
    return 1
}

# Rows: read = sent + dropped + rejected (+ waiting); records: made = written + refused +
# superseded (+ waiting). What is settled waits for nothing.
counts_add_up() { # [state directory]
    "$ACLOAD" status --json --inputs 1000000 --state "${1:-$ACLOAD_STATE}" | jq -e '
        def adds_up: (.rows | .read == .sent + .dropped + .rejected + .waiting) and
            (.records | .made == .written + .refused + .superseded + .waiting) and
            ([.rows[], .records[]] | all(. >= 0));
        adds_up and (.inputs | all(adds_up and
            (.state != "settled" or (.rows.waiting == 0 and .records.waiting == 0))))
        and (.inputs | map(.rows.read) | add // 0) == .rows.read
        and (.inputs | map(.rows.rejected) | add // 0) == .rows.rejected' > /dev/null
}

lib_end() {
    local status=$? state=${ACLOAD_STATE:-$TMPDIR/state}
    if [ -n "${ACLOAD-}" ] && [ -s "$state/ledger.db" ]; then
        ok_if counts_add_up_at_the_end counts_add_up "$state"
    fi
    sandbox_stop || status=1
    rm -rf "$SB_DIR"
    [ "$lib_failed" -eq 0 ] || status=1
    exit "$status"
}
trap lib_end EXIT
